"""Writes the report of `delivery.environment_report` into a comment of a pull request: always the same comment.

    python -m delivery.environment_comment --pull-request 7 --result success environment.md

It needs `gh` with a token that may write comments of pull requests, and none of the program's packages.
"""

import argparse
import sys
from pathlib import Path

from components.printable import printable_lines
from delivery.comment import post
from delivery.github import GitHubError, run_link

MARKER = "<!-- lambda-images: environment -->"
"""What the comment begins with. GitHub doesn't show it."""

DESTROYED = "This pull request has no preview environment any more.\n"
FAILED = "**The preview environment could not be updated or destroyed.** The log of the job has the reason.\n"


def written(report: Path, result: str) -> str:
    """Return the comment's text, given the result of the job that updates: success, failure, cancelled or skipped.

    A job that failed may have a report nevertheless. It is skipped if the environment is destroyed.
    """
    text = report.read_text() if report.exists() else DESTROYED if result == "skipped" else FAILED
    return f"{MARKER}\n{text}\n<sub>{run_link('The run that wrote this')}</sub>\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Write about a preview environment into a comment of a pull request.")
    parser.add_argument("report", type=Path, help="the file with the report; it may be missing")
    parser.add_argument("--pull-request", type=int, required=True, help="its number")
    parser.add_argument("--result", required=True, help="the result of the job that updates the environment")
    options = parser.parse_args()
    text = written(options.report, options.result)
    try:
        print(post(text, options.pull_request, options.report.exists() or options.result != "skipped", MARKER))
    except GitHubError as failed:
        sys.exit(f"error: {printable_lines(str(failed))}")


if __name__ == "__main__":
    main()
