"""Writes previews of stacks as one Markdown document, which fits in a comment on GitHub."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any

from components.printable import quoted
from delivery.changes import (
    KEPT,
    MARKS,
    NEW,
    besides_image,
    content_changes,
    other_changes,
    promotions,
    stack_changes,
)
from delivery.formatting import short_digest
from delivery.report.markdown import code, codes, fitting, plain, size
from delivery.report.reading import Preview, Step, differing, inputs, state_of
from delivery.report.risks import risks
from delivery.unfinished import logical_name

MAX_SIZE = 65_000
"""How many bytes of UTF-8 a report has at most.

GitHub's limit of a comment is 65,536 characters. Its API refuses longer ones, and doesn't document what a character is.
A text never has more characters than bytes, however they are counted. The rest is for what the comment adds.
"""
MAX_LISTED = 5
"""How many files or changed resources a cell of the table lists, and how many stacks the title."""

_RISKS_SIZE, _ERRORS_SIZE, _WARNINGS_SIZE, _TABLE_SIZE = 12_000, 8_000, 4_000, 24_000
"""How many bytes each part has at most. The list of all changes gets the rest."""
_MAX_ERROR_LINES = 60
_MAX_ERROR_LINE_LENGTH = 500

Changes = Mapping[str, list[str]]
NOWHERE: Mapping[str, Sequence[str]] = {}


def render(
    previews: Sequence[Preview], most: int = MAX_SIZE, promoted_to: Mapping[str, Sequence[str]] = NOWHERE
) -> str:
    """Return the report. It is at most so many bytes long, and ends with a line break.

    `promoted_to` has by stack the stacks that take its images. They get columns of their own.
    """
    previewed = {preview.stack for preview in previews}
    reports = [
        _Report(preview, [stack for stack in promoted_to.get(preview.stack, ()) if stack not in previewed])
        for preview in previews
    ]
    parts = [_title(reports), _warning(reports), _errors(reports), _warnings(reports), _table(reports)]
    lines = [line for part in parts if part for line in (*part, "")]
    room = most - size(lines)
    for number, report in enumerate(reports):
        part = report.all_changes(room // (len(reports) - number))
        lines += part
        room -= size(part)
    return "\n".join(lines).rstrip("\n") + "\n"


class _Report:
    """What the report says about one stack."""

    def __init__(self, preview: Preview, promoted_to: Sequence[str]) -> None:
        self.preview = preview
        self._promoted_to = promoted_to
        self.stack = code(preview.stack)
        events = preview.events
        self._built: Changes = content_changes(events)
        self._changed: Changes = other_changes(events)
        self._promoted = promotions(events)
        self._shared = stack_changes(events)

    @property
    def failed(self) -> bool:
        return bool(self.preview.errors)

    @property
    def modules(self) -> set[str]:
        """The modules that there is something to say about."""
        changed = {name for name, op in self.preview.modules.items() if op != "same"}
        return changed | self._changed.keys() | self.preview.failed_modules | self.preview.served.keys() - {""}

    @property
    def head(self) -> list[str]:
        """The cells above those of a module."""
        return [self.stack, *map(code, self._promoted_to)]

    @cached_property
    def shared(self) -> str:
        """What changes of the resources that all modules share."""
        return codes(self._shared, MAX_LISTED)

    @property
    def shared_cells(self) -> list[str]:
        return [self.shared or "unchanged", *self._later(self.shared)]

    def cells(self, module: str) -> list[str]:
        """What happens to a module, in this stack and in those that take its images."""
        is_built = module in self._built or self.preview.modules.get(module) == "create"
        if is_built and module not in self.preview.failed_modules:
            return [self._of(module), *("promoted after the merge" for _ in self._promoted_to)]
        return [self._of(module), *self._later(module in self._changed)]

    def _later(self, changes: object) -> Iterator[str]:
        return ("previewed after the merge" if changes else "unchanged" for _ in self._promoted_to)

    def _of(self, module: str) -> str:
        parts = list(self._cell(module))
        if served := self.preview.served.get(module):
            parts.append(code(served))
        return "<br>".join(parts) or "unchanged"

    def _cell(self, module: str) -> Iterator[str]:
        op, changes = self.preview.modules.get(module), self._changed.get(module, [])
        because = self._built.get(module)
        if module in self.preview.failed_modules:
            yield "**failed**"
        if op == "delete":
            kept = [line.removeprefix("- ").removesuffix(KEPT) for line in changes if line.endswith(KEPT)]
            yield "**deleted**" + (f"; kept in AWS: {codes(kept, MAX_LISTED)}" if kept else "")
        elif op == "create" or because == NEW:
            yield "**new**"
        elif because is not None:
            yield f"rebuilt because of {codes(because, MAX_LISTED)}"
            if others := list(besides_image(changes)):
                yield f"changes {codes(others, MAX_LISTED)}"
        elif module in self._promoted:
            images = [code(_digest(image)) for image in self._promoted[module] if image]
            yield f"promoted {' -> '.join(images)}"
            if others := list(besides_image(changes)):
                yield f"changes {codes(others, MAX_LISTED)}"
        elif changes:
            # A new version of the function has the same consequences as a new image.
            yield f"changes {codes(list(besides_image(changes)) or changes, MAX_LISTED)}"
        elif self.failed and module not in self.preview.failed_modules:
            yield "not known"
        elif op is None and module not in self.preview.failed_modules:
            yield "not in this stack"

    def all_changes(self, room: int) -> list[str]:
        """Return the folded list of all resources that change, in at most as many bytes. It may be empty."""
        changes = [line for step in self.preview.steps for line in _resource(step)]
        if not changes:
            return []
        summary = f"<details><summary>All changes in <code>{escape(plain(self.preview.stack))}</code></summary>"
        before, after = [summary, "", "```diff"], ["```", "", "</details>", ""]
        room -= size([*before, *after, "# ... and 1000000 more lines"])
        if room < 0:
            return []
        return [*before, *fitting(changes, room, "# ... and {} more lines"), *after]


def _digest(image: str) -> str:
    return short_digest(image.rpartition("@")[2])


def _title(reports: Sequence[_Report]) -> list[str]:
    stacks = codes([report.preview.stack for report in reports], most=MAX_LISTED)
    lines = [f"### Preview of {stacks}"]
    if failed := [report.preview.stack for report in reports if report.failed]:
        lines += [
            "",
            f"**The preview of {codes(failed, most=MAX_LISTED)} failed.** What it found before that is listed.",
        ]
    elif not any(report.modules or report.shared for report in reports):
        lines += ["", "Nothing would change."]
    return lines


def _warning(reports: Sequence[_Report]) -> list[str]:
    found = [f"> - {risk}" for report in reports for risk in risks(report.preview)]
    return (
        ["> [!WARNING]", *fitting(found, _RISKS_SIZE, "> - and {} more, in the list of all changes")] if found else []
    )


def _errors(reports: Sequence[_Report]) -> list[str]:
    return _quoted("Errors", {report.stack: report.preview.errors for report in reports}, _ERRORS_SIZE)


def _warnings(reports: Sequence[_Report]) -> list[str]:
    return _quoted("Warnings", {report.stack: report.preview.warnings for report in reports}, _WARNINGS_SIZE)


def _quoted(what: str, messages: Mapping[str, Sequence[str]], most: int) -> list[str]:
    """Return what the program says about each stack, in at most so many bytes."""
    lines: list[str] = []
    for stack, said in messages.items():
        found = [line[:_MAX_ERROR_LINE_LENGTH] for message in said for line in message.splitlines()]
        cut = [*found[:_MAX_ERROR_LINES], *(["..."] if len(found) > _MAX_ERROR_LINES else [])]
        before, after = [f"{what} in {stack}:", "", "```text"], ["```", ""]
        room = most // len(messages) - size([*before, *after])
        if cut and room > 0:
            shown = fitting((quoted(line) for line in cut), room, "  | ... and {} more lines")
            lines += [*before, *shown, *after]
    return lines[:-1]


def _table(reports: Sequence[_Report]) -> list[str]:
    known = {module for report in reports for module in report.preview.modules}
    changing = sorted({module for report in reports for module in report.modules})
    rows = [_row(code(module), *(cell for report in reports for cell in report.cells(module))) for module in changing]
    if any(report.shared for report in reports):
        rows.append(_row("what all modules share", *(cell for report in reports for cell in report.shared_cells)))
    columns = [cell for report in reports for cell in report.head]
    head = [_row("module", *columns), "|---" * (len(columns) + 1) + "|"]
    if not rows or size(head) > _TABLE_SIZE:
        return []
    lines = [*head, *fitting(rows, _TABLE_SIZE - size(head), _row("and {} more rows", *("" for _ in columns)))]
    if others := len(known.difference(changing)):
        which = "1 other module is" if others == 1 else f"{others} other modules are"
        lines += ["", f"{which} {'not known to change' if any(report.failed for report in reports) else 'unchanged'}."]
    return lines


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _resource(step: Step) -> Iterator[str]:
    """Yield the lines that `diff` has for one resource: its name and type, and the properties that differ."""
    if step["op"] not in MARKS or step["type"].startswith("pulumi:pulumi:"):
        return
    mark = MARKS[step["op"]].replace("~", "!")  # which is highlighted, as + and - are
    what = f"{mark} {plain(logical_name(step['urn']))} ({plain(step['type'])})"
    if step["op"] == "replace":
        what += ", replaced"
    elif step["op"] == "delete" and state_of(step).get("retainOnDelete"):
        what += KEPT
    yield what
    for path in differing(step):
        yield f"{mark}     {plain(path)}{_values(step, path)}"


def _values(step: Step, path: str) -> str:
    """Return `: 128 -> 256` if both values are numbers or booleans. Any text may be secret."""
    old, new = _value(inputs(step, "old"), path), _value(inputs(step, "new"), path)
    if (old, new) == (None, None) or not all(isinstance(value, int | float | None) for value in (old, new)):
        return ""
    return f": {_text(old)} -> {_text(new)}"


def _text(value: object) -> str:
    return "unset" if value is None else plain(str(value).lower())


def _value(values: Any, path: str) -> Any:
    """Return the value at a path such as `environment.variables.A`. None if there is none."""
    for name in path.split("."):
        if not isinstance(values, Mapping):
            return None if values is None else ...  # a text or a list may be secret
        values = values.get(name)
    return values
