"""`preview`: what `up` would change, and because of which files."""

from collections.abc import Iterator, Mapping
from typing import Any

from delivery.changes import content_changes, other_changes
from sandbox.errors import SandboxError
from sandbox.event_log import events_in
from sandbox.exclusive import exclusive
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.results import AsJson, results
from sandbox.session import opened


def preview(as_json: AsJson = False) -> None:
    """Show what `up` would do, and which modules it would ship because of which files."""
    layout = Layout.of()
    with results(as_json) as give:
        progress = Progress()
        with exclusive(layout), opened(layout, progress) as session:
            ran = session.pulumi("preview", "--diff")
        if ran.code != 0:
            log = layout.shown(ran.log)
            raise SandboxError(
                f"`pulumi preview` failed with exit code {ran.code}",
                f"mend what the lines above say\nthe full log is {log}",
            )
        events = list(events_in(ran.events))
        built, changed = content_changes(events), other_changes(events)
        for line in _summary(built, changed):
            progress.console.print(line, markup=False)
        give({module: _described(module, built, changed) for module in sorted(changed)})


Changes = Mapping[str, list[str]]


def _summary(built: Changes, changed: Changes) -> Iterator[str]:
    """For people; of a module that is built, its other changes follow from that."""
    if not changed:
        yield "Nothing would change."
    for module in sorted(changed):
        if module in built:
            yield f"{module} is built again, because of"
            yield from (f"  {line}" for line in built[module])
        elif all(line.startswith("-") for line in changed[module]):
            yield f"{module} is deleted"
        else:
            yield f"{module} changes without another image"
            yield from (f"  {line}" for line in changed[module])


def _described(module: str, built: Changes, changed: Changes) -> dict[str, Any]:
    return {"built": module in built, "because": built.get(module, []), "changes": changed[module]}
