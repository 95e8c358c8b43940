"""Who has to approve changes of what deploys: the file CODEOWNERS of the checkout."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bootstrap.difference import Difference

CODEOWNERS = Path(__file__).resolve().parents[1] / ".github" / "CODEOWNERS"
OWNED = (
    *("/.github/", "/bootstrap/", "/components/", "/delivery/", "/__main__.py"),
    *("/Pulumi*.yaml", "/.pulumi.*", "/requirements*", "/resources*"),
)
"""What runs with the credentials of a deploy role, or says what does."""


def recorded_owners() -> list[str]:
    """Return the owners of the workflows, which are the reviewers of the run before, without `@`."""
    owners = [line.split("#")[0].split()[1:] for line in _lines() if line.split()[:1] == [OWNED[0]]]
    return [owner.removeprefix("@") for owner in owners[-1]] if owners else []


def code_owners(reviewers: Sequence[str]) -> Iterator[Difference]:
    """Compare the file. The last line that matches a path decides, so missing lines are appended."""
    owners = " ".join(f"@{name}" for name in reviewers)
    written = _lines()
    at = {line.split()[0]: index for index, line in enumerate(written) if line.strip()}
    differing = []
    for path in OWNED:
        line = f"{path} {owners}"
        if path not in at:
            differing.append(f"{path}: none -> {owners}")
            written.append(line)
        elif (found := written[at[path]].split()) != line.split():
            differing.append(f"{path}: {' '.join(found[1:]) or 'none'} -> {owners}")
            written[at[path]] = line
    if differing:
        lines = [f".github/CODEOWNERS: {line}" for line in differing]
        yield Difference(lines, lambda: CODEOWNERS.write_text("\n".join(written) + "\n"))


def _lines() -> list[str]:
    return CODEOWNERS.read_text().splitlines() if CODEOWNERS.exists() else []
