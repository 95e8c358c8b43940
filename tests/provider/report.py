"""The page about the local plugins: `python -m tests.provider.report` writes docs/local-plugins.md.

It counts a recorded case as matched if no deviation is listed for it; the conformance tests prove that it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sandbox.plugins import aws, shapes
from sandbox.plugins.declared import Declared
from tests.provider.conformance import deviations
from tests.provider.conformance.deviation import Deviation
from tests.provider.conformance.recording import Recording, all_recordings
from tests.provider.docker import deviations as docker_deviations
from tests.provider.docker import replay as docker_replay

PAGE = Path(__file__).parent.parent.parent / "docs" / "local-plugins.md"

_INTRODUCTION = """\
# The local plugins

Made by `python -m tests.provider.report`; a test fails when it is out of date.

The sandbox has its own `aws` and `docker` plugins, because the real ones are downloads. They implement what the program
uses, and behave as the real ones were recorded to (`tests/provider/recordings/`). Every type has all verbs: Check,
Diff, Create with previews, Read for refresh and import (but for an Invocation, as with the real plugin), Update with
previews, Delete. N/M: N of the M recorded cases are matched in every fact compared.
"""
_SECTIONS = {
    "create": "create, preview",
    "read": "read, drift, import",
    "changes": "diff, update, replace",
    "refusals": "refusals",
    "delete": "delete",
}


def page() -> str:
    recorded = [(recording, deviations.DEVIATIONS) for recording in all_recordings()]
    recorded.append((docker_replay.recording(), docker_deviations.DEVIATIONS))
    resources = [each for each in recorded if "type" in each[0].content]
    functions = [each for each in recorded if "token" in each[0].content]
    parts = [
        _INTRODUCTION,
        "## Resource types\n",
        *_table(("type", *_SECTIONS.values(), "all"), (_counts(*each) for each in resources)),
        "\nMade from the provider's documentation, because there is no recording, and tested against that:\n",
        *(f"- `{token}`" for token in _unrecorded()),
        "\n## Functions\n",
        *_table(("function", "invoke"), ((f"`{each[0].token}`", _ratio(*each)) for each in functions)),
        "\n## Where they differ on purpose\n",
        *_table(("why", "recorded cases"), _differing([*deviations.DEVIATIONS, *docker_deviations.DEVIATIONS])),
        "\n## Properties that are refused as unsupported\n",
        *_unsupported(),
    ]
    return "\n".join(parts) + "\n"


def _counts(recording: Recording, listed: Sequence[Deviation]) -> Sequence[str]:
    sections = (_ratio(recording, listed, section) for section in _SECTIONS)
    return (f"`{recording.token}`", *sections, _ratio(recording, listed))


def _ratio(recording: Recording, listed: Sequence[Deviation], section: str = "") -> str:
    cases = [case for case in recording.cases() if case.startswith(section)]
    matched = [case for case in cases if not any(each.is_about(recording.name, case) for each in listed)]
    return f"{len(matched)}/{len(cases)}"


def _differing(listed: Sequence[Deviation]) -> Iterator[Sequence[str]]:
    """Each reason, with the cases it is given for."""
    for reason in dict.fromkeys(each.reason for each in listed):
        cases = (f"`{each.recording}`: {each.case}" for each in listed if each.reason == reason)
        yield reason, "<br>".join(cases).replace("*", r"\*")


def _unrecorded() -> Iterator[str]:
    recorded = {recording.token for recording in all_recordings()}
    yield from sorted(aws.provider().resources.keys() - recorded)


def _unsupported() -> Iterator[str]:
    for resource in aws.provider().resources.values():
        if isinstance(resource, Declared):
            settable = {name for name, rule in resource.rules.items() if not rule.output_only}
            missing = sorted(shapes.inputs_of(resource.token).properties.keys() - settable)
            if missing:
                yield f"- `{resource.token}`: {', '.join(missing)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
