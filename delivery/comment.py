"""Writes the reports of `delivery.report` into a comment of a pull request: always the same comment.

    python -m delivery.comment --pull-request 7 --previews '[{"stack": "dev"}]' reports

It needs `gh` with a token that may write comments of pull requests, and none of the program's packages.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from components.printable import printable_lines
from delivery.github import GitHubError, api, check_length, find, repository, run_link

MARKER = "<!-- lambda-images: preview -->"
"""What the comment begins with. GitHub doesn't show it."""

UNAFFECTED = "This pull request doesn't change any stack.\n"
FAILED = (
    "### Preview of `{}`\n\n"
    "**The preview failed before it could find what would change.** The log of its job has the reason.\n"
)


def written(folder: Path, stacks: Sequence[str]) -> str:
    """Return the comment's text. The folder has a report of each stack that was previewed, unless its job failed."""
    reports = (folder / f"{stack}.md" for stack in stacks)
    texts = [report.read_text() if report.exists() else FAILED.format(report.stem) for report in reports]
    text = "\n".join(texts) or UNAFFECTED
    return f"{MARKER}\n{text}\n<sub>{run_link('The run that wrote this')}</sub>\n"


def post(text: str, pull_request: int, create: bool, marker: str = MARKER) -> str:
    """Update the comment, or create it if `create`. Return what was done. Raises GitHubError."""
    check_length(text)
    comments = f"{repository()}/issues/{pull_request}/comments"
    found = find(f"{comments}?per_page=100", marker)
    body = json.dumps({"body": text})
    if found:
        api("--method", "PATCH", f"{repository()}/issues/comments/{found[0]}", "--input", "-", body=body)
        return "Updated the comment."
    if create:
        api("--method", "POST", comments, "--input", "-", body=body)
        return "Created the comment."
    return "Nothing to say, and no earlier comment to update."


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the report of previews into a comment of a pull request.")
    parser.add_argument("folder", type=Path, help="where the reports are, such as dev.md")
    parser.add_argument("--pull-request", type=int, required=True, help="its number")
    parser.add_argument("--previews", type=json.loads, required=True, help="what was previewed, as in the matrix")
    options = parser.parse_args()
    stacks = [preview["stack"] for preview in options.previews]
    try:
        print(post(written(options.folder, stacks), options.pull_request, create=bool(stacks)))
    except GitHubError as failed:
        sys.exit(f"error: {printable_lines(str(failed))}")


if __name__ == "__main__":
    main()
