"""Lists the published versions of a stack's functions: what each runs, whether it passed, and its share of traffic.

    python -m delivery.releases --stack dev
    python -m delivery.releases thumbnail --stack dev

It needs the caller's AWS credentials, and neither Docker nor the Pulumi engine.
"""

import argparse
import functools
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from components.printable import printable
from delivery.formatting import format_table, short_digest
from delivery.live import Alias, Function, ReleaseError, Version
from delivery.stack import Stack

HEADINGS = ("version", "published", "traffic", "checks", "commit", "author", "image")


def lines(function: Function) -> Iterator[str]:
    """Yield the lines that show a function's versions, the newest first. Raises ReleaseError."""
    alias = function.alias()
    yield f"{function.module} ({function.name})"
    if alias and alias.live.hold:
        yield f"  {alias.live.hold}"
    for line in format_table([HEADINGS, *map(_row, function.versions(alias))]):
        yield f"  {line}"


def described(function: Function) -> dict[str, Any]:
    """Return a function's versions for `--json`: times in ISO 8601, shares from 0 to 1, null for unknown values."""
    alias = function.alias()
    return {
        "functionName": function.name,
        "held": _described_hold(alias) if alias else None,
        "versions": [
            {
                "version": version.number,
                "published": version.published.isoformat(),
                "digest": version.digest,
                "tag": version.tag,
                "commit": version.commit,
                "author": author_of(version.commit),
                "passed": version.passed,
                "share": version.share,
            }
            for version in function.versions(alias)
        ],
    }


@functools.cache
def author_of(commit: str | None) -> str | None:
    """Return the author of a commit, if the checkout in the current folder has it."""
    if commit is None:
        return None
    shown = subprocess.run(["git", "show", "--no-patch", "--format=%an", commit], capture_output=True, text=True)
    return printable(shown.stdout.strip()) if shown.returncode == 0 else None


def _row(version: Version) -> tuple[str, ...]:
    image = short_digest(version.digest)
    return (
        str(version.number),
        f"{version.published:%Y-%m-%d %H:%M}",
        f"{version.share:.0%}" if version.share else "-",
        "passed" if version.passed else "-",
        version.commit or "-",
        author_of(version.commit) or "-",
        image if version.tag else f"{image} (gone from the registry)",
    )


def _described_hold(alias: Alias) -> dict[str, Any] | None:
    hold = alias.live.hold
    if hold is None:
        return None
    return {
        "version": hold.version,
        "insteadOf": hold.instead_of,
        "since": hold.since,
        "by": hold.by,
        "reason": hold.reason,
    }


def show(chosen: Iterable[Function], as_json: bool) -> None:
    """Print the versions of functions. Raises ReleaseError."""
    if as_json:
        print(json.dumps({function.module: described(function) for function in chosen}, indent=2))
        return
    for number, function in enumerate(chosen):
        if number:
            print()
        for line in lines(function):
            print(printable(line))


def main() -> None:
    parser = argparse.ArgumentParser(description="List the published versions of a stack's functions.")
    parser.add_argument("module", nargs="?", help="only this module's; all modules' if not given")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    try:
        stack = Stack.of(options.stack)
        show(stack.chosen(options.module), options.json)
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")


if __name__ == "__main__":
    main()
