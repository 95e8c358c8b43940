"""Previews stacks, and prints what would change in Markdown.

    python -m delivery.report dev
    python -m delivery.report dev=preview-dev.json staging=preview-staging.json

Without a file, it runs `pulumi preview`, which needs the credentials for a preview of the stack. A file has the output
of `pulumi preview --json --show-sames`. Errors of a preview are printed to standard error, too, and the exit code is
then 1.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from components.errors import ComponentError
from components.printable import printable, printable_lines
from delivery.engine import run_pulumi
from delivery.report.reading import Preview, read_preview
from delivery.report.render import render
from delivery.stages import pipelines, promoted_to

CREDENTIALS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""Variables whose values an error must not show. GitHub removes them from logs, but not from comments."""
MIN_CREDENTIAL_LENGTH = 16
"""Shorter values are not credentials of AWS, but of an emulator."""


def preview(stack: str, *options: str) -> Preview:
    """Preview a stack of the current folder."""
    done = run_pulumi("preview", "--json", "--show-sames", "--stack", stack, *options)
    previewed = read_preview(stack, done.stdout, done.stderr, done.returncode)
    return replace(previewed, errors=[_without_credentials(error) for error in previewed.errors])


def _promotions(stacks: Sequence[str]) -> dict[str, list[str]]:
    """Return by stack the stacks that take its images, as the files in the current folder declare it."""
    try:
        declared = pipelines()
        return {stack: promoted_to(stack, declared) for stack in stacks}
    except ComponentError:  # each preview reports mistakes in its own files
        return {}


def _without_credentials(text: str) -> str:
    for value in (os.environ.get(name, "") for name in CREDENTIALS):
        text = text.replace(value, "[secret]") if len(value) >= MIN_CREDENTIAL_LENGTH else text
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description="Preview stacks, and print what would change in Markdown.")
    parser.add_argument(
        "stacks", nargs="+", metavar="STACK[=FILE]", help="a stack, and the output of its preview if it was previewed"
    )
    previews = []
    for argument in parser.parse_args().stacks:
        stack, _, file = argument.partition("=")
        try:
            previews.append(read_preview(stack, Path(file).read_text(errors="replace")) if file else preview(stack))
        except OSError as unread:
            sys.exit(f"error: {printable(unread)}")
    print(render(previews, promoted_to=_promotions([previewed.stack for previewed in previews])), end="")
    failed = [previewed for previewed in previews if previewed.errors]
    for previewed in failed:
        for error in previewed.errors:
            print(printable_lines(f"{previewed.stack}: {error}"), file=sys.stderr)
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
