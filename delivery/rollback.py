"""Serves an older version of a module again: one call to AWS, without a build, Docker, the Pulumi engine or its lock.

    python -m delivery.rollback thumbnail --stack prod --reason "wrong colours"
    python -m delivery.rollback thumbnail --stack prod --to 7

Updates keep the rollback until a version newer than the one rolled back from has passed its checks.
`python -m delivery.release` ends it earlier.
"""

import argparse
import getpass
import os
import re
import sys
from collections.abc import Mapping

from components.function.release import Live
from components.printable import printable
from delivery.live import ReleaseError
from delivery.stack import Stack

MAX_NAME_LENGTH = 60
"""How many characters of the name of who rolls back are recorded."""


def caller(environ: Mapping[str, str] = os.environ) -> str:
    """Return the name of who rolls back, as GitHub Actions or the operating system has it, without blanks."""
    try:
        name = environ.get("GITHUB_ACTOR") or getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        name = ""
    return re.sub(r"[^\w@.+-]+", "-", name, flags=re.ASCII)[:MAX_NAME_LENGTH] or "unknown"


def conclusion(module: str, live: Live, release: str) -> str:
    """Return what the user is told after a rollback. `release` is the command that ends it."""
    if live.hold is None:
        return f"{module} serves version {live.version}."
    return (
        f"{module} is {live.hold}\n"
        f"Updates keep this until a version newer than {live.hold.instead_of} has passed its checks.\n"
        f"To serve version {live.hold.instead_of} again: {release}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve an older version of a module again.")
    parser.add_argument("module", help="the module's name")
    parser.add_argument("--stack", required=True, help="the stack's name, such as prod")
    parser.add_argument("--to", type=int, metavar="VERSION", help="the newest older one that passed, if not given")
    parser.add_argument("--reason", default="", help="why, for others who see that the module is held")
    options = parser.parse_args()
    try:
        function = Stack.of(options.stack).function(options.module)
        live = function.roll_back(options.to, caller(), printable(options.reason))
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")
    print(conclusion(options.module, live, f"python -m delivery.release {options.module} --stack {options.stack}"))


if __name__ == "__main__":
    main()
