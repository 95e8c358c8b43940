"""Ends a rollback or a canary: serves the version that was rolled back from, or the canary's, to all callers.

python -m delivery.release thumbnail --stack prod
"""

import argparse
import sys

from delivery.live import ReleaseError
from delivery.stack import Stack


def main() -> None:
    parser = argparse.ArgumentParser(description="End a rollback or a canary: serve the newest version to all.")
    parser.add_argument("module", help="the module's name")
    parser.add_argument("--stack", required=True, help="the stack's name, such as prod")
    options = parser.parse_args()
    try:
        live = Stack.of(options.stack).function(options.module).release()
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")
    print(f"{options.module} serves version {live.version}.")


if __name__ == "__main__":
    main()
