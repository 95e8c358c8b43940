"""Writes the report of `delivery.report` into a comment of a pull request: always the same comment.

    python -m delivery.comment --pull-request 7 --preview success report.md

It needs `gh` with a token that may write comments of pull requests, and none of the program's packages. GitHub Actions
sets the variables that name the repository and the run.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from components.printable import printable_lines

MARKER = "<!-- lambda-images: preview -->"
"""What the comment begins with. GitHub doesn't show it."""
AUTHOR = "github-actions[bot]"
"""Who writes comments with the token that a workflow gets. Somebody else's comment may begin with the marker, too."""
MAX_LENGTH = 65_536
"""How long a comment may be. GitHub counts characters; the report never has more of them than bytes."""

UNAFFECTED = "This pull request doesn't change any stack.\n"
FAILED = "**The preview failed before it could find what would change.** The log of its job has the reason.\n"


class CommentError(Exception):
    """`gh` failed."""


def written(report: Path, preview: str) -> str:
    """Return the comment's text, given the result of the job that previews: success, failure, cancelled or skipped.

    A job that failed may have a report nevertheless. One that was skipped has nothing to preview.
    """
    try:
        text = report.read_text()
    except FileNotFoundError:
        text = UNAFFECTED if preview == "skipped" else FAILED
    return f"{MARKER}\n{text}\n{_run()}"


def _run() -> str:
    """Return a link to the run that wrote the comment."""
    server, repository, run = (os.environ[f"GITHUB_{name}"] for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"<sub>[The run that wrote this]({server}/{repository}/actions/runs/{run})</sub>\n"


def post(text: str, pull_request: int, create: bool) -> str:
    """Update the comment, or create it if `create`. Return what was done. Raises CommentError."""
    if len(text.encode()) > MAX_LENGTH:
        raise CommentError(f"the comment has {len(text.encode())} bytes, and GitHub takes at most {MAX_LENGTH}")
    comments = f"repos/{os.environ['GITHUB_REPOSITORY']}/issues/{pull_request}/comments"
    select = f'.[] | select(.user.login == "{AUTHOR}" and (.body | startswith("{MARKER}"))) | .id'
    found = _gh("--paginate", f"{comments}?per_page=100", "--jq", select).split()
    body = json.dumps({"body": text})
    if found:
        _gh(
            "--method",
            "PATCH",
            f"repos/{os.environ['GITHUB_REPOSITORY']}/issues/comments/{found[0]}",
            "--input",
            "-",
            body=body,
        )
        return "Updated the comment."
    if create:
        _gh("--method", "POST", comments, "--input", "-", body=body)
        return "Created the comment."
    return "Nothing to say, and no earlier comment to update."


def _gh(*arguments: str, body: str | None = None) -> str:
    try:
        done = subprocess.run(["gh", "api", *arguments], input=body, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise CommentError("there is no `gh`: https://cli.github.com") from missing
    if done.returncode != 0:
        raise CommentError(f"`gh api` failed with exit code {done.returncode}:\n{done.stderr.strip()}")
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the report of previews into a comment of a pull request.")
    parser.add_argument("report", type=Path, help="the file that `delivery.report` wrote; it may be missing")
    parser.add_argument("--pull-request", type=int, required=True, help="its number")
    parser.add_argument("--preview", required=True, help="the result of the job that previews, such as success")
    options = parser.parse_args()
    text = written(options.report, options.preview)
    try:
        print(post(text, options.pull_request, create=options.report.exists() or options.preview != "skipped"))
    except CommentError as failed:
        sys.exit(f"error: {printable_lines(str(failed))}")


if __name__ == "__main__":
    main()
