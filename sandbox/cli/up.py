"""`up`: starts the sandbox, updates the stack, smoke-tests each deployed module."""

import json
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from delivery.formatting import format_table, short_digest
from operations.errors import OperationError
from operations.modules import Deployed, check_served
from sandbox import official_plugins
from sandbox.cli.module_argument import ModuleNames, names_in
from sandbox.cli.results import AsJson, results
from sandbox.deployed.modules import check_unmoved, deployed
from sandbox.docker.local_images import prune_local_tags
from sandbox.engine import recovery, stack, stack_settings
from sandbox.engine.waiting_host import WaitingHost
from sandbox.errors import SandboxError
from sandbox.exclusive import exclusive
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import Session, opened

if TYPE_CHECKING:
    from operations.target import Target
    from sandbox.deployed.limited import Limited
    from sandbox.docker.stand_ins import BaseImages

MAX_LOCAL_TAGS = 5
"""How many images of each module stay in Docker's local store. Their layers make the next build fast."""

MAX_ANSWER_LENGTH = 72
"""How many characters of an answer are shown. `make invoke` shows the whole answer."""

Outputs = Mapping[str, Mapping[str, Any]]
"""The stack's outputs, by module."""


@dataclass(frozen=True)
class SmokeTests:
    """The results of smoke-testing the deployed modules."""

    live: dict[str, str | None] = field(default_factory=dict)
    """The version that `live` points at, by module."""
    failures: list[OperationError] = field(default_factory=list)
    """The errors of modules that don't serve what was deployed, or don't answer."""
    untested: list[str] = field(default_factory=list)
    """The modules that have no smoke event."""


@dataclass(frozen=True)
class Shipped:
    before: Outputs
    update: stack.Update
    smoke_tests: SmokeTests
    left: list[str]
    """The modules that were left as they are, because others were chosen."""
    endpoint: str
    """The URL of the emulator."""
    seconds: float


def up(modules: ModuleNames = None, as_json: AsJson = False) -> None:
    """Ship the modules that changed, smoke-test each module, and print what runs."""
    with results(as_json) as print_result:
        progress = Progress()
        try:
            shipped = _ship(Layout.of(), progress, names_in(modules))
        except KeyboardInterrupt:
            progress.console.print(
                "Stopped. The versions that were served are still served; `make up` continues from here."
            )
            raise
        _conclude(shipped, progress)
        update = shipped.update
        print_result(
            {
                "seconds": round(shipped.seconds, 1),
                "changes": update.changes,
                "modules": update.outputs,
                "left": shipped.left,
            }
        )


def _ship(layout: Layout, progress: Progress, chosen: Sequence[str]) -> Shipped:
    from sandbox.deployed.limited import limited_to

    started = time.monotonic()
    with exclusive(layout), WaitingHost(layout).started() as host:
        stack_settings.ensure(layout)
        limited = limited_to(layout, chosen)
        images = base_images(layout, limited)
        with opened(layout, progress, host=host, meanwhile=images.prepare) as session:
            prepare(images, session, progress)
            recovery.before_update(session.emulator, session.environ, progress)
            before = stack.outputs(layout)
            update = _update(session, progress, limited)
            if not update.changed_nothing:
                prune_local_tags(session.docker, f"localhost:{session.emulator.port}/", MAX_LOCAL_TAGS)
            smoke_tests = _smoke_test_all(session, progress, limited)
    return Shipped(before, update, smoke_tests, limited.left, session.emulator.endpoint, time.monotonic() - started)


def base_images(layout: Layout, limited: "Limited") -> "BaseImages":
    """Return the base images of the checkout's modules, which take long to pull or to make.

    There are none beside official plugins, which replace nothing and pull them in their builds.
    """
    from sandbox.deployed.working_tree import build_specs
    from sandbox.docker.stand_ins import BaseImages

    return BaseImages(layout, () if official_plugins.are_chosen() else build_specs(layout, limited.left))


def prepare(images: "BaseImages", session: Session, progress: Progress) -> None:
    """Do before the update what it otherwise would do in its builds."""
    if not official_plugins.are_chosen():
        with progress.step("Base image", check=True) as step:
            step.outcome = ", ".join(images.prepare(session.docker, step.note))


def _update(session: Session, progress: Progress, limited: "Limited") -> stack.Update:
    """Update the stack. The outputs are those of the modules that are not left as they are."""
    with progress.step("pulumi up", shows_itself=True) as step:
        options = ("--yes", "--skip-preview", "--suppress-outputs", *limited.options)
        ran = session.pulumi("up", *options, variables=limited.variables)
        if ran.code != 0:
            what = f"`pulumi up` failed with exit code {ran.code}; the versions that ran before are still served"
            log = session.layout.display_path(ran.log)
            raise SandboxError(
                what,
                "fix the errors above and run `make up` again\n"
                "run a `pulumi ...` command that they name as `bin/sandbox exec -- pulumi ...`\n"
                f"the full log is {log}",
            )
        update = stack.update_of(ran.events)
        step.outcome = ", ".join(f"{count} {operation}" for operation, count in sorted(update.changes.items()))
    outputs = {name: its for name, its in update.outputs.items() if name not in limited.left}
    return replace(update, outputs=outputs)


def _smoke_test_all(session: Session, progress: Progress, limited: "Limited") -> SmokeTests:
    """Send each module that is not left as it is the smoke event that the program sends its new versions."""
    from operations.functions import Functions
    from sandbox.deployed.working_tree import working_tree
    from sandbox.target import sandbox_target

    target, smoke_tests = sandbox_target(session.layout, session.environ), SmokeTests()
    settings = working_tree(session.layout).settings().modules
    events = {name: its.smoke.message for name, its in settings.items()}
    for name, module in deployed(session.layout).items():
        if name in limited.left:
            continue
        if events.get(name) is None:
            smoke_tests.untested.append(name)
        try:
            live = smoke_tests.live[name] = Functions(target).live_version(module.function)
            _smoke_test(module, live, events.get(name), target, progress)
        except OperationError as failure:
            smoke_tests.failures.append(failure)
    return smoke_tests


def _smoke_test(module: Deployed, live: str | None, event: str | None, target: "Target", progress: Progress) -> None:
    """Raise OperationError if the module does not serve what was deployed, or does not answer."""
    from operations.functions import Functions, shortened

    check_served(module, live, target)
    if event is not None:
        with progress.step(f"Invoke {module.module}") as step:
            answer = Functions(target).invoke(module.function, event.encode())
            text = json.dumps(shortened(answer), ensure_ascii=False)
            step.outcome = textwrap.shorten(text, MAX_ANSWER_LENGTH, placeholder=" ...")
    check_unmoved(module, live)


def _conclude(shipped: Shipped, progress: Progress) -> None:
    """Print the results. Raises OperationError with the failures of all modules."""
    outputs, smoke_tests = shipped.update.outputs, shipped.smoke_tests
    say = progress.console.print
    if outputs:
        say("")
        for line in format_table(_table(shipped.before, outputs, smoke_tests.live)):
            say(line, markup=False)
        say("")
    if addresses := format_table(_addresses(outputs, shipped.endpoint)):
        for line in addresses:
            say(line, markup=False)
        say("")
    for module, its in sorted(outputs.items()):
        if its.get("held"):
            say(f"{module} is {its['held']}", markup=False)
        if its.get("canary"):
            say(f"{module} has a {its['canary']}", markup=False)
            say(f"Watch it, and serve it to all callers in the end: `make promote MODULE={module}`")
    if shipped.left:
        say(f"Left as they are: {', '.join(shipped.left)}", markup=False)
    if smoke_tests.untested:
        say(f"Served untested, as the settings say: {', '.join(smoke_tests.untested)}")
    if smoke_tests.failures:
        raise OperationError.of(smoke_tests.failures)
    say(f"{'Nothing changed.' if shipped.update.changed_nothing else 'Done.'}  [dim]{shipped.seconds:.1f} s[/dim]")
    if outputs and not shipped.before:
        say(f"Ask one: `make invoke MODULE={min(outputs)}`. See what runs: `make status`.")
        say("Then edit a file below modules/, and `make preview` says what `make up` would ship.")


def _table(before: Outputs, outputs: Outputs, live: Mapping[str, str | None]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("module", "version", "digest", "function")]
    for module, now in sorted(outputs.items()):
        was, version, digest = before.get(module, {}).get("version"), now["version"], short_digest(now["digest"])
        if live.get(module) != version:
            version, digest = f"{live.get(module) or '-'} (deployed: {version})", "-"
        elif now.get("held"):
            version, digest = f"{version} (held)", "-"  # the outputs have the digest of the newest image
        elif now.get("canary"):
            version, digest = f"{version} (and a canary)", "-"
        elif version != was:
            version += f" (was {was})" if was else " (new)"
        rows.append((module, version, digest, now["functionName"]))
    return rows


def _addresses(outputs: Outputs, endpoint: str) -> Iterator[tuple[str, str, str]]:
    """Yield the local addresses of the modules' triggers."""
    from sandbox.target import local_address

    for module, its in sorted(outputs.items()):
        if url := its.get("functionUrl"):
            yield module, "url", local_address(url, endpoint)
        for route, url in its.get("routeUrls", {}).items():
            yield module, route, local_address(url, endpoint)
        for kind, addresses in (("queue", "queueUrls"), ("bucket", "bucketNames"), ("topic", "topicArns")):
            yield from ((module, f"{kind} {name}", address) for name, address in its.get(addresses, {}).items())
