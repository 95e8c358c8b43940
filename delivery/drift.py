"""Checks whether a stack is as its last deployment left it, and prints in Markdown what differs.

    python -m delivery.drift --stack dev

It compares what AWS has with the program and the stack's settings in the checkout, and checks what the stack serves. It
prints nothing if nothing differs. If the check itself fails, nothing is known, and the exit code is 1. It needs the
Pulumi engine and the credentials for a preview of the stack.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from components.printable import printable_lines
from delivery.health import Problem, problems
from delivery.live import ReleaseError
from delivery.report.__main__ import preview
from delivery.report.markdown import code, fitting, size
from delivery.report.reading import Preview
from delivery.report.render import MAX_SIZE, render
from delivery.stack import Stack

EXPLANATION = (
    "An update would change what the preview below shows: it was changed in AWS, or it is merged and not deployed yet."
)
_PROBLEMS_SIZE = 12_000
"""How many bytes the list of problems has at most."""


def report(previewed: Preview, found: Sequence[Problem]) -> str:
    """Return what differs. It is empty if nothing does."""
    # What the state lacks is only what was read: a difference that matters has a step of its own.
    previewed = replace(previewed, steps=[step for step in previewed.steps if step["op"] != "refresh"])
    differs = any(step["op"] not in ("same", "read") for step in previewed.steps)
    if not differs and not found:
        return ""
    lines = []
    if found:
        listed = [f"- {code(problem)}" for problem in found]
        title = f"### Problems in {code(previewed.stack)}"
        lines = [title, "", *fitting(listed, _PROBLEMS_SIZE, "- ... and {} more"), ""]
    if differs:
        lines = [EXPLANATION, "", render([previewed], MAX_SIZE - size([EXPLANATION, "", *lines])), *lines]
    return "\n".join(lines).rstrip("\n") + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Check whether a stack is as its last deployment left it.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    options = parser.parse_args()
    previewed = preview(options.stack, "--refresh")
    if previewed.errors:
        sys.exit("\n".join(f"error: {printable_lines(error)}" for error in previewed.errors))
    try:
        found = problems(Stack.of(options.stack))
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")
    print(report(previewed, found), end="")


if __name__ == "__main__":
    main()
