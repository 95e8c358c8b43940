"""`preview`: shows what `up` would change, and because of which files."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.function.release import Live
from components.printable import printable
from delivery.changes import KEPT, NEW, besides_image, content_changes, other_changes, stack_changes
from delivery.report.reading import shared_warnings
from sandbox.cli.formatting import described_release
from sandbox.cli.module_argument import ModuleNames, names_in
from sandbox.cli.results import AsJson, results
from sandbox.deployed.modules import deployed
from sandbox.engine import stack_settings
from sandbox.engine.event_log import events_in
from sandbox.engine.waiting_host import WaitingHost
from sandbox.errors import SandboxError
from sandbox.exclusive import exclusive
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import Session, opened


def preview(modules: ModuleNames = None, as_json: AsJson = False) -> None:
    """Show what `up` would do, and which modules it would ship because of which files."""
    from sandbox.deployed.limited import limited_to  # imported here because they load slowly
    from sandbox.deployed.working_tree import working_tree

    layout = Layout.of()
    with results(as_json) as print_result:
        progress = Progress(quiet=True)
        with exclusive(layout), WaitingHost(layout).started() as host:
            stack_settings.ensure(layout)
            limited = limited_to(layout, names_in(modules))
            with opened(layout, progress, host=host) as session, progress.step("pulumi preview") as step:
                options = ("--diff", *limited.options)
                ran = session.pulumi("preview", *options, show_output=False, variables=limited.variables)
                log = layout.display_path(ran.log)
                if ran.code != 0:
                    progress.console.print(ran.log.read_text(errors="replace"), markup=False, end="")
                    raise SandboxError(
                        f"`pulumi preview` failed with exit code {ran.code}",
                        f"fix the errors above\nthey are also in {log}",
                    )
                step.outcome = f"each property that would change is in {log}"
        events = list(events_in(ran.events))
        built, changed = content_changes(events), other_changes(events)
        untested = working_tree(layout).untested() & changed.keys()
        releases = _releases(session)
        for line in _summary(built, changed, stack_changes(events)):
            progress.console.print(line, markup=False)
        for warning in shared_warnings(event["diagnosticEvent"] for event in events if "diagnosticEvent" in event):
            progress.console.print(f"warning: {printable(warning)}", markup=False)
        for name, release in releases.items():
            if release.predicate and name not in limited.left:
                progress.console.print(f"{name} {printable(release.predicate)}", markup=False)
        if limited.left:
            progress.console.print(f"Left as they are: {', '.join(limited.left)}", markup=False)
        if untested:
            progress.console.print(f"Served untested, as the settings say: {', '.join(sorted(untested))}")
        print_result(
            {
                name: {
                    **_described(name, built, changed),
                    "untested": name in untested,
                    **described_release(releases.get(name)),
                }
                for name in sorted(changed)
            }
        )


Changes = Mapping[str, list[str]]


def _summary(built: Changes, changed: Changes, shared: list[str]) -> Iterator[str]:
    """Yield the lines that describe the changes."""
    if not changed and not shared:
        yield "Nothing would change."
    if shared:
        yield "What all modules share changes"
        yield from (f"  {line}" for line in shared)
    for module in sorted(changed):
        if module in built:
            yield f"{module} is built again, because of"
            yield from (f"  {line}" for line in built[module])
            if built[module] != NEW and (others := list(besides_image(changed[module]))):
                yield f"{module} also changes"
                yield from (f"  {line}" for line in others)
        elif all(line.startswith("-") for line in changed[module]):
            kept = [line.removeprefix("- ").removesuffix(KEPT) for line in changed[module] if line.endswith(KEPT)]
            yield f"{module} is deleted" + (f"; kept in AWS: {', '.join(kept)}" if kept else "")
        else:
            yield f"{module} changes without another image"
            yield from (f"  {line}" for line in changed[module])


def _releases(session: Session) -> dict[str, Live]:
    """Return what `live` of each deployed module serves."""
    from operations.functions import Functions  # imported here because these load slowly
    from sandbox.target import sandbox_target

    functions = Functions(sandbox_target(session.layout, session.environ))
    found = {name: functions.release(module.function) for name, module in deployed(session.layout).items()}
    return {name: release for name, release in found.items() if release}


def _described(module: str, built: Changes, changed: Changes) -> dict[str, Any]:
    return {"built": module in built, "because": built.get(module, []), "changes": changed[module]}
