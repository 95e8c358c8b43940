"""Deletes the published versions of a stack's functions that are neither used nor among the newest.

    python -m delivery.prune --stack dev --dry-run
    python -m delivery.prune thumbnail --stack dev

The setting `keepVersions` says how many versions stay. The command needs the caller's AWS credentials, and neither
Docker nor the Pulumi engine.
"""

import argparse
import sys
from collections.abc import Collection

from components.function.release import Live
from components.served import ALIAS
from delivery.live import Function, ReleaseError
from delivery.stack import Stack


def unused(versions: Collection[int], referenced: Collection[int], live: Live, keep: int) -> list[int]:
    """Return the versions to delete, the oldest first.

    Those that stay are the newest `keep`, the newest `keep` that passed their checks, those that an alias refers to,
    and those of a hold. `referenced` are the versions that the aliases of the function refer to; `live` is one of them.
    """
    held = {live.hold.version, live.hold.instead_of} if live.hold else set()
    newest = sorted(versions)[-keep:]
    return sorted(set(versions) - {*newest, *last_passed(versions, live, keep), *referenced, *held})


def last_passed(versions: Collection[int], live: Live, keep: int) -> list[int]:
    """Return the newest `keep` of the versions that passed their checks. A rollback can serve these."""
    return sorted(set(live.passed) & set(versions))[-keep:]


def prune(function: Function, keep: int, dry_run: bool) -> str:
    """Delete a function's unused versions, and return what to tell the user. Raises ReleaseError if AWS refuses."""
    alias = function.alias()
    if alias is None:
        return f"{function.module}: nothing is deleted, because it has no alias `{ALIAS}`, which names what passed"
    versions = function.numbers()
    chosen = unused(versions, function.referenced(), alias.live, keep)
    if not chosen:
        return f"{function.module}: nothing to delete, {len(versions)} kept"
    if dry_run:
        return f"{function.module}: would delete {_named(chosen)} and keep {len(versions) - len(chosen)}"
    refused = [version for version in chosen if not function.delete(version)]
    deleted = [version for version in chosen if version not in refused]
    line = f"{function.module}: deleted {_named(deleted)} and kept {len(versions) - len(deleted)}"
    if refused:
        line += f"; Lambda refused to delete {_named(refused)}, which an alias has just been moved to"
    return line


def _named(versions: list[int]) -> str:
    if not versions:
        return "no version"
    return f"version{'s' if len(versions) > 1 else ''} {', '.join(map(str, versions))}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Delete versions that are neither used nor among the newest.")
    parser.add_argument("module", nargs="?", help="only this module's; all modules' if not given")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    parser.add_argument("--dry-run", action="store_true", help="print what would be deleted")
    options = parser.parse_args()
    try:
        stack = Stack.of(options.stack)
        keep = stack.keep_versions()
        for function in stack.chosen(options.module):
            print(prune(function, keep, options.dry_run), flush=True)
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")


if __name__ == "__main__":
    main()
