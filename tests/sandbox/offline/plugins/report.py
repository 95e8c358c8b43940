"""The page about the local plugins: `python -m tests.sandbox.offline.plugins.report` writes docs/local-plugins.md.

It counts a recorded case as matched if no deviation is listed for it; the conformance tests prove that it is.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sandbox.offline.plugins import aws
from sandbox.offline.plugins.shapes import Shapes
from sandbox.offline.plugins.table_resource import TableResource
from tests.sandbox.offline.plugins.conformance import deviations
from tests.sandbox.offline.plugins.conformance.deviation import Deviation
from tests.sandbox.offline.plugins.conformance.recording import Recording, all_recordings
from tests.sandbox.offline.plugins.docker import deviations as docker_deviations
from tests.sandbox.offline.plugins.docker import replay as docker_replay
from tests.sandbox.offline.plugins.repeated import REPEATED

PAGE = Path(__file__).parents[4] / "docs" / "local-plugins.md"

_INTRODUCTION = """\
# The local plugins

Made by `python -m tests.sandbox.offline.plugins.report`; a test fails when it is out of date.

The sandbox has its own `aws` and `docker` plugins, because the real ones are downloads. They implement what the program
uses, and behave as the real ones were recorded to (`tests/sandbox/offline/plugins/recordings/`). Every type has all
verbs: Check, Diff, Create with previews, Read for refresh and import (but for an Invocation, as with the real plugin),
Update with previews, Delete. N/M: N of the M recorded cases are matched in every fact compared.

## When a call fails

The recordings have no failures in the middle of an update, so this was read in the sources of pulumi-terraform-bridge
and terraform-provider-aws, and every type is tested for it (`tests/sandbox/offline/plugins/test_failed_update.py`).

- All types but one are ones of Terraform's older SDK. After a failed update, and after a create that fails once the
  thing is made, the state has the *planned* values and the engine keeps the error beside it (`initErrors`). What AWS
  would have decided is absent. A function's place in S3 is an exception: it stays the old one until the code has been
  updated.
- A bucket's lifecycle configuration is of Terraform's plugin framework: after a failed update the state is the one
  before, after a failed create there is none, and the next run makes the same call again.
- The next run sees no difference, and updates the resource because of the error alone. Tags, and most other calls,
  are made only for a difference, so they are not made: that update reads what AWS has, and a later run shows the
  difference.
- Calls that are made at every update:
{repeated}.
  That of a mapping and that of a URL carry only what differs, an invocation is sent only with the scope `CRUD`.
- An update changes tags first. That of a function then changes settings, code and reserved concurrency, and publishes
  a version if settings, code or `publish` differ in this very run.
- A create that AWS refuses leaves nothing in the state, nor does an invocation that fails.
- A thing that is gone is deleted without an error, but for an alias. A repository with images, a bucket with objects
  and a role with others' policies are not deleted, unless the state has `forceDelete`, `forceDestroy` or
  `forceDetachPolicies`.
- An import with an id in a form that the type doesn't have finds nothing: a Secret, for example, is imported by its
  ARN.

The official provider repeats some refused calls for minutes (a function whose role isn't known yet, a function or a
permission that exists already, a role with others' policies, a secret that is being deleted); the local plugin says at
once what is wrong.
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
        _INTRODUCTION.format(repeated=_wrapped(f"`{call}`" for call in sorted(set(REPEATED.values())))),
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


def _wrapped(words: Iterable[str]) -> str:
    return textwrap.fill(", ".join(words), 120, initial_indent="  ", subsequent_indent="  ")


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
    shapes = Shapes()
    for resource in aws.provider(shapes).resources.values():
        if isinstance(resource, TableResource):
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
