"""Destroys the preview environment of a pull request: everything in AWS, and the stack.

    python -m delivery.destroy_stack --if-unused pr-7

It works from the stack's state alone, so it needs none of the pull request's code. First it releases a lock that a
killed job left, and repairs what the state marks as unfinished. Only one such job may run at a time for a stack. With
`--if-unused`, it asks GitHub first, as `delivery.unused_stacks` does, and keeps the environment of a pull request that
has one.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from components.errors import ComponentError
from components.printable import printable
from delivery.clients import Client, aws_clients
from delivery.pull_request_stack import number_of, template_file
from delivery.recover import Pulumi, PulumiResult, Recovery, RecoveryError, pulumi_cli
from delivery.unfinished import Unfinished
from delivery.unused_stacks import LookupFailed, is_wanted


def destroy(stack: str, pulumi: Pulumi, client: Client) -> Iterator[str]:
    """Destroy a stack, and yield a message for each step. Raises RecoveryError if `pulumi` fails."""
    exported = pulumi("stack", "export", "--stack", stack)
    if exported.code != 0 and "no stack named" in exported.stderr:
        yield f"there is no stack {stack}: nothing to destroy"
        return
    _require_success(exported)
    _require_success(pulumi("cancel", "--yes", "--stack", stack))
    yield from Recovery(pulumi, client).repair_from_state(Unfinished.of(json.loads(exported.stdout)))
    _require_success(pulumi("destroy", "--yes", "--skip-preview", "--continue-on-error"))
    yield f"{stack}: everything in AWS is deleted"
    _require_success(pulumi("stack", "rm", "--yes", stack))
    yield f"{stack}: the stack is removed"


def _require_success(result: PulumiResult) -> None:
    if result.code != 0:
        raise RecoveryError(f"`pulumi` failed with exit code {result.code}:\n{result.quoted_output}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Destroy the preview environment of a pull request.")
    parser.add_argument("stack", help="its stack, such as pr-7")
    parser.add_argument("--if-unused", action="store_true", help="keep it if its pull request still has one")
    options = parser.parse_args()
    number = number_of(options.stack)
    if number is None:
        parser.error(f"'{printable(options.stack)}' is not the stack of a pull request, such as pr-7")
    pulumi = pulumi_cli(options.stack)
    try:
        if options.if_unused and is_wanted(number):
            print(f"Pull request {number} has a preview environment: {options.stack} is kept.")
            return
        file = Path(f"Pulumi.{options.stack}.yaml")
        if not file.exists():  # the key and the Region of the stack are those of the template
            shutil.copyfile(template_file(), file)
        client = aws_clients(lambda: pulumi("config", "get", "aws:region").stdout.strip())
        for line in destroy(options.stack, pulumi, client):
            print(printable(line), flush=True)
    except (ComponentError, LookupFailed, RecoveryError) as failed:
        sys.exit(f"error: {failed}")


if __name__ == "__main__":
    main()
