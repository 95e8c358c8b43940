"""Prints in Markdown which versions a deployment put into service, and how to roll each back.

    python -m delivery.summary --stack dev --json > before.json
    python -m delivery.summary --stack dev --before before.json

The first command, before the deployment, notes what is served. Both need the caller's AWS credentials, and neither
Docker nor the Pulumi engine.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from delivery.clients import MAX_CONCURRENT_CALLS
from delivery.formatting import short_digest
from delivery.live import Function, ReleaseError
from delivery.report.markdown import code
from delivery.stack import Stack

Served = list[dict[str, Any]]
"""The versions of a function that get calls: number, digest, commit, and share from 0 to 1, the largest first."""


def served(function: Function) -> Served:
    """Return what a function serves. Raises ReleaseError if AWS refuses."""
    alias = function.alias()
    if alias is None:
        return []
    versions = [function.version(number, alias) for number in {alias.live.version, *alias.weights}]
    versions.sort(key=lambda version: (-version.share, version.number))
    return [
        {"version": each.number, "digest": each.digest, "commit": each.commit, "share": each.share} for each in versions
    ]


def all_served(stack: Stack) -> dict[str, Served]:
    """Return what the functions of a stack serve, by module. Raises ReleaseError if AWS refuses."""
    functions = stack.functions()
    with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
        return dict(zip((each.module for each in functions), threads.map(served, functions), strict=True))


def lines(stack: str, before: Mapping[str, Served], now: Mapping[str, Served]) -> Iterator[str]:
    """Yield the lines of the summary."""
    changed = [module for module in sorted({*before, *now}) if before.get(module) != now.get(module)]
    yield f"### Versions in {code(stack)}"
    yield ""
    if changed:
        yield "| module | before | now | to roll back |"
        yield "|---|---|---|---|"
        for module in changed:
            cells = (_cell(before.get(module)), _cell(now.get(module)), _rollback(stack, module, before, now))
            yield f"| {code(module)} | {' | '.join(cells)} |"
        yield ""
    unchanged = len(now.keys() - {*changed})
    yield f"{unchanged} module{'' if unchanged == 1 else 's'} unchanged."


def _cell(versions: Served | None) -> str:
    if versions is None:
        return "not deployed"
    return ", ".join(map(_shown, versions)) or "nothing is served"


def _shown(version: Mapping[str, Any]) -> str:
    share = "" if version["share"] == 1 else f" at {version['share']:.0%}"
    commit = f", commit {code(version['commit'])}" if version["commit"] else ""
    return f"{version['version']}{share} (image {code(short_digest(version['digest']))}{commit})"


def _rollback(stack: str, module: str, before: Mapping[str, Served], now: Mapping[str, Served]) -> str:
    if not before.get(module) or not now.get(module):
        return ""
    version = before[module][0]["version"]
    return code(f"gh workflow run rollback.yml -f stack={stack} -f module={module} -f version={version}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Print which versions a deployment put into service.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--json", action="store_true", help="only note what is served now")
    how.add_argument("--before", type=Path, metavar="FILE", help="what was noted before the deployment")
    options = parser.parse_args()
    try:
        now = all_served(Stack.of(options.stack))
        if options.json:
            print(json.dumps(now))
        else:
            print(*lines(options.stack, json.loads(options.before.read_text()), now), sep="\n")
    except (OSError, ValueError, ReleaseError) as failed:
        sys.exit(f"error: {failed}")


if __name__ == "__main__":
    main()
