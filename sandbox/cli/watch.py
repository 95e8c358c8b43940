"""`watch`: deploys modules when their files are saved, and shows what they answer."""

import io
import json
import signal
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from components.printable import quoted
from operations.errors import OperationError
from operations.log_tail import quoted_log
from operations.modules import check_served
from sandbox.cli.invoke import event_for
from sandbox.cli.module_argument import complete_names
from sandbox.cli.up import MAX_ANSWER_LENGTH, MAX_LOCAL_TAGS, base_images, prepare
from sandbox.deployed.modules import check_unmoved
from sandbox.docker.local_images import prune_local_tags
from sandbox.engine import event_log, locks, recovery, stack
from sandbox.engine.waiting_host import WaitingHost
from sandbox.errors import SandboxError
from sandbox.exclusive import exclusive
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import Session, opened

if TYPE_CHECKING:
    from sandbox.deployed.limited import Limited
    from sandbox.watch.snapshot import Snapshot

EXCLUDED = "EXCLUDED_MODULES"
"""The variable of `components.excluded`, which a host that waits may have from the update before."""

ModuleNames = Annotated[
    list[str] | None,
    typer.Argument(help="The modules to watch; all if none is given.", autocompletion=complete_names),
]


def watch(
    modules: ModuleNames = None,
    event: Annotated[
        str | None,
        typer.Option(help="A JSON file, or JSON text, to send instead of the smoke event. It needs one module."),
    ] = None,
) -> None:
    """Deploy modules whenever their files are saved, and show what they answer and log."""
    if event and len(modules or ()) != 1:
        raise SandboxError("an event is for one module", "name it: make watch MODULE=... EVENT=file.json")
    if event == "-":
        raise SandboxError("an event that is sent again and again can't be read from standard input", "name a file")
    if event and modules:
        event_for(None, modules[0], event)  # a mistake in it is reported before anything is deployed
    from sandbox.deployed.limited import Limited  # imported here because it loads slowly

    layout, progress = Layout.of(), Progress(quiet=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with (
            exclusive(layout),
            WaitingHost(layout).started() as host,
            opened(layout, progress, host=host) as session,
        ):
            prepare(base_images(layout, Limited()), session, progress)
            _Watch(session, host, progress, modules or [], event).run()
    except KeyboardInterrupt:
        progress.console.print("Stopped watching. What is served stays served.")
        raise


class _Watch:
    def __init__(
        self, session: Session, host: WaitingHost, progress: Progress, only: Sequence[str], event: str | None
    ) -> None:
        from operations.functions import Functions
        from sandbox.target import sandbox_target
        from sandbox.watch.saves import Saves
        from sandbox.watch.snapshot import Module, Snapshot
        from sandbox.watch.trial import Trials

        self._session, self._progress, self._only, self._event = session, progress, only, event
        self._layout, self._say = session.layout, progress.console.print
        self._target = sandbox_target(session.layout, session.environ)
        self._functions = Functions(self._target)
        self._trials = Trials(session, self._target)
        self._host, self._saves = host, Saves()
        self._take, self._seen = Snapshot.take, Snapshot()
        self._deployed: dict[str, Module] = {}
        self._said = ""

    def run(self) -> None:
        """Deploy what has changed, again and again, until Ctrl-C."""
        project = self._layout.project
        unknown = [name for name in self._only if not (project / "modules" / name).is_dir()]
        if unknown:
            raise SandboxError(f"there is no module `{unknown[0]}`", "name folders below modules/")
        self._saves.watch({project / "modules"}, {project / "Pulumi.yaml", project / f"Pulumi.{stack.STACK}.yaml"})
        try:
            while True:
                self._update_if_changed()
                self._saves.wait()
        finally:
            self._saves.stop()

    def _update_if_changed(self) -> None:
        try:
            now = self._take(self._layout)
        except OperationError as mistakes:  # the program would refuse the checkout
            if self._said != (said := str(mistakes)):
                self._report(mistakes)
            self._said = said
            return
        self._said = ""
        self._saves.watch(*now.places(self._layout))
        changed, before = now.changed(self._seen, self._only), self._seen
        if not changed and (self._only or now.stack == before.stack):
            return
        self._seen = now
        for name, differing in changed.items() if before.modules else ():
            self._say(f"\n[dim]{datetime.now():%H:%M:%S}[/dim]  {escape(name)}: {escape(', '.join(differing))}")
        is_whole = not self._only and (now.modules.keys() != before.modules.keys() or now.stack != before.stack)
        from sandbox.deployed.limited import Limited, limited_to

        there = [name for name in changed if name in now.modules]
        if not there and not is_whole:
            self._say("[dim]`make up` removes what it was.[/dim]")
            return
        limited = Limited() if is_whole else limited_to(self._layout, there)
        if not self._session.emulator.is_running():
            raise SandboxError("the AWS emulator has ended", f"start again; its log is {self._session.emulator.log}")
        try:
            self._update(now, list(changed), limited)
        except OperationError as failed:
            self._report(failed)
        finally:
            self._host.start()
        prune_local_tags(self._session.docker, f"localhost:{self._session.emulator.port}/", MAX_LOCAL_TAGS)
        stack.delete_old_runs(self._layout)
        self._say("[dim]Watching for changes. Ctrl-C ends this.[/dim]")

    def _update(self, now: "Snapshot", changed: Sequence[str], limited: "Limited") -> None:
        """Deploy modules, and show what they answer. Raises SandboxError."""
        tried = self._tried(changed[0], now) if len(changed) == 1 and self._can_try(changed[0], now) else None
        with self._progress.step(f"Deploy {', '.join(changed) or 'the stack'}") as step:
            self._deploy(limited)
            for name in changed:
                self._deployed.pop(name, None)
            self._deployed |= {name: now.modules[name] for name in changed if name in now.modules}
            step.outcome = ", ".join(self._versions(changed, tried))
        failures = []
        for name in changed:
            if name in now.modules:
                try:
                    self._ask(name, with_log=tried is None)
                except OperationError as failure:
                    failures.append(failure)
        if failures:
            raise SandboxError.of(failures)

    def _deploy(self, limited: "Limited") -> None:
        """Run `pulumi up` for all modules but the excluded ones. Raises SandboxError with all errors."""
        session = self._session
        locks.release_abandoned(self._layout)
        if stack.last_update_failed(self._layout):
            recovery.before_update(session.emulator, session.environ, Progress(_nowhere(), quiet=True))
        variables = {EXCLUDED: "", **limited.variables}
        options = ("--yes", "--skip-preview", "--suppress-outputs", *limited.options)
        ran = session.pulumi("up", *options, show_output=False, variables=variables)
        printed = ran.log.read_text(errors="replace")
        event_log.write_transcript(ran.events, ran.log)
        if ran.code != 0:
            errors = event_log.errors(event_log.events_in(ran.events))
            what = "not deployed; the versions that ran before are still served\n" + quoted(
                "\n".join(errors) or printed.strip()
            )
            raise SandboxError(what, f"fix it and save; the full log is {self._layout.display_path(ran.log)}")

    def _versions(self, changed: Sequence[str], tried: str | None) -> Iterator[str]:
        """Yield what was deployed of each module, and whether that is the image that was tried."""
        outputs = stack.outputs(self._layout)
        for name in changed:
            if its := outputs.get(name):
                yield f"{f'{name} ' if len(changed) > 1 else ''}version {its['version']}"
                if tried is not None:
                    tag = f"{its['imageUri'].partition('@')[0]}:{its['tag']}"
                    found = self._session.docker.run("image", "inspect", "--format={{.Id}}", tag, check=False)
                    yield (
                        "the same image"
                        if found.stdout.strip() == tried
                        else "another image than the one that answered"
                    )

    def _can_try(self, name: str, now: "Snapshot") -> bool:
        """Return whether only the image of a module differs from what is deployed, and can be built without secrets."""
        module, before = now.modules.get(name), self._deployed.get(name)
        if module is None or before is None or module.set != before.set or module.settings.image.module:
            return False
        spec = module.content.spec
        return not (spec.secrets or spec.ssh) and self._event_of(name) is not None

    def _tried(self, name: str, now: "Snapshot") -> str | None:
        """Show what a module's new image answers, and return its id. None if it can't be built or started.

        Raises SandboxError if the function fails at the event that also decides whether the version is served.
        """
        from operations.functions import error_text
        from sandbox.watch.trial import NotTried

        event, function = self._event_of(name), self._target.module(name).function
        assert event is not None
        try:
            with ExitStack() as until_shown:
                with self._progress.step(f"Try {name}") as step:
                    trial = self._trials.answered(function, now.modules[name].content.spec, event)
                    image, answered = until_shown.enter_context(trial)
                    if answered.failed and not self._event:
                        what = f"{name} is not deployed, because it fails: {error_text(answered.body.encode())}"
                        raise SandboxError(f"{what}{quoted_log(answered.log)}", "fix it and save")
                    step.outcome = _shortened(answered.body)
                self._show_log(answered.log)
        except NotTried:  # the update says why
            return None
        return image

    def _ask(self, name: str, *, with_log: bool) -> None:
        """Show what the version that is served answers. Raises SandboxError."""
        module = self._target.module(name)
        live = self._functions.live_version(module.function)
        check_served(module, live, self._target)
        if (event := self._event_of(name)) is not None:
            with self._progress.step(f"Invoke {name}") as step:
                answer, log = self._functions.invoke_with_log(module.function, event)
                step.outcome = _shortened(json.dumps(answer))
            if with_log:
                self._show_log(log)
        check_unmoved(module, live)

    def _event_of(self, name: str) -> bytes | None:
        if self._event:
            return event_for(None, name, self._event)
        message = self._seen.modules[name].settings.smoke.message
        return message.encode() if message is not None else None

    def _show_log(self, lines: Sequence[str]) -> None:
        if lines:
            self._say(quoted("\n".join(lines)), markup=False)

    def _report(self, error: OperationError) -> None:
        self._say(f"[red]error:[/red] {escape(error.what)}")
        for remedy in error.remedy.splitlines():
            self._say(f"  -> {escape(remedy)}")


def _nowhere() -> Console:
    return Console(file=io.StringIO())


def _shortened(answer: str) -> str:
    from operations.functions import shortened

    try:
        text = json.dumps(shortened(json.loads(answer)), ensure_ascii=False)
    except ValueError:
        text = answer
    return textwrap.shorten(text, MAX_ANSWER_LENGTH, placeholder=" ...")
