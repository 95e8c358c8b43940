"""`up`: everything started, the stack updated, each deployed module asked once."""

import json
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox import base_image, recovery, stack
from sandbox.errors import SandboxError
from sandbox.exclusive import exclusive
from sandbox.layout import Layout
from sandbox.local_images import prune_local_tags
from sandbox.progress import Progress
from sandbox.results import AsJson, results
from sandbox.session import Session, opened
from sandbox.wording import aligned, served_version, short

KEPT_TAGS = 5
"""Images of each module that stay in Docker's local store: their layers make the next build fast."""

GLANCE = 72
"""Characters of an answer that are shown; `make invoke` shows all of it."""

Outputs = Mapping[str, Mapping[str, str]]
"""By module: what the stack says of it."""


@dataclass(frozen=True)
class Shipped:
    before: Outputs
    update: stack.Update
    seconds: float


def up(as_json: AsJson = False) -> None:
    """Ship the modules that changed, ask each for an answer, print what runs."""
    with results(as_json) as give:
        progress = Progress()
        try:
            shipped = _ship(Layout.of(), progress)
        except KeyboardInterrupt:
            progress.console.print("Stopped. What was served still is; `make up` takes it from here.")
            raise
        _conclude(shipped, progress)
        update = shipped.update
        give({"seconds": round(shipped.seconds, 1), "changes": update.changes, "modules": update.outputs})


def _ship(layout: Layout, progress: Progress) -> Shipped:
    started = time.monotonic()
    with exclusive(layout), opened(layout, progress) as session:
        base_image.ensure(session.docker, layout, progress)
        recovery.before_update(session.emulator, session.environ, progress)
        before = stack.outputs(layout)
        update = _update(session, progress)
        if not update.changed_nothing:
            prune_local_tags(session.docker, f"localhost:{session.emulator.port}/", KEPT_TAGS)
        _ask_all(session, progress, update.outputs)
    return Shipped(before, update, time.monotonic() - started)


def _update(session: Session, progress: Progress) -> stack.Update:
    with progress.step("pulumi up", shows_itself=True) as step:
        ran = session.pulumi("up", "--yes", "--skip-preview", "--suppress-outputs")
        if ran.code != 0:
            what = f"`pulumi up` failed with exit code {ran.code}; what ran before still serves"
            log = session.layout.shown(ran.log)
            raise SandboxError(
                what,
                "mend what the lines above say and run `make up` again\n"
                "a `pulumi ...` among them is `bin/sandbox exec -- pulumi ...` here\n"
                f"the full log is {log}",
            )
        update = stack.update_of(ran.events)
        step.outcome = ", ".join(f"{count} {operation}" for operation, count in sorted(update.changes.items()))
    return update


def _ask_all(session: Session, progress: Progress, outputs: Outputs) -> None:
    """Send each module the smoke event that the program sends its new versions."""
    from sandbox.functions import Functions, shortened
    from sandbox.working_tree import smoke_event

    functions = Functions(session.environ)
    for module, deployed in outputs.items():
        event = smoke_event(session.layout, module)
        if event is None:
            functions.check_alias(deployed["functionName"])
        else:
            with progress.step(f"Invoke {module}") as step:
                answer = functions.invoke(deployed["functionName"], event)
                step.outcome = textwrap.shorten(
                    json.dumps(shortened(answer), ensure_ascii=False), GLANCE, placeholder=" ..."
                )


def _conclude(shipped: Shipped, progress: Progress) -> None:
    outputs = shipped.update.outputs
    say = progress.console.print
    if outputs:
        say("")
        for line in aligned(_table(shipped.before, outputs)):
            say(line, markup=False)
        say("")
    say(f"{'Nothing changed.' if shipped.update.changed_nothing else 'Done.'}  [dim]{shipped.seconds:.1f} s[/dim]")
    if outputs and not shipped.before:
        say(f"Ask one: `make invoke MODULE={min(outputs)}`. See what runs: `make status`.")
        say("Then edit a file below modules/, and `make preview` says what `make up` would ship.")


def _table(before: Outputs, outputs: Outputs) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("module", "version", "digest", "function")]
    for module, now in sorted(outputs.items()):
        was = before.get(module, {}).get("version")
        version = now["version"] if now["version"] == was else f"{now['version']} ({f'was {was}' if was else 'new'})"
        rows.append((module, served_version(version, now), short(now["digest"]), now["functionName"]))
    return rows
