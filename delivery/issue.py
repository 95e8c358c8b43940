"""Keeps an issue about a stack open as long as something is wrong: one issue of each kind, updated in place.

    python -m delivery.issue deployment dev --result failure
    python -m delivery.issue drift dev --report drift.md

Without a result, something is wrong unless the report is empty. The command needs `gh` with a token that may write
issues, and none of the program's packages.
"""

import argparse
import json
import sys
from pathlib import Path

from components.printable import printable_lines
from delivery.github import GitHubError, api, check_length, find, repository, run_link

TITLES = {"deployment": "The deployment of {} fails", "drift": "Drift in {}"}
FAILED = "The last deployment of `{}` failed. The logs of its run say why, and `docs/github-actions.md` what to do.\n"


def keep(kind: str, stack: str, wrong: str) -> str:
    """Open or update the issue, or close it if nothing is wrong. Return what was done. Raises GitHubError."""
    marker = f"<!-- lambda-images: {kind} {stack} -->"  # GitHub doesn't show it
    found = find(f"{repository()}/issues?state=open&per_page=100", marker)
    if not wrong:
        for number in found:
            path = f"{repository()}/issues/{number}"
            api("--method", "PATCH", path, "-f", "state=closed", "-f", "state_reason=completed")
        return "Closed the issue." if found else "Nothing is wrong, and there is no issue to close."
    text = f"{marker}\n{wrong}\n<sub>{run_link('The last run')}. The next one that finds nothing closes this.</sub>\n"
    check_length(text)
    if found:
        body = json.dumps({"body": text})
        api("--method", "PATCH", f"{repository()}/issues/{found[0]}", "--input", "-", body=body)
        return "Updated the issue."
    body = json.dumps({"title": TITLES[kind].format(stack), "body": text})
    api("--method", "POST", f"{repository()}/issues", "--input", "-", body=body)
    return "Opened an issue."


def main() -> None:
    parser = argparse.ArgumentParser(description="Keep an issue open as long as something is wrong with a stack.")
    parser.add_argument("kind", choices=TITLES)
    parser.add_argument("stack", help="the stack's name, such as dev")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--result", choices=["success", "failure"], help="whether something is wrong")
    how.add_argument("--report", type=Path, help="a file in Markdown that says what is wrong, or is empty")
    options = parser.parse_args()
    failed = FAILED.format(options.stack) if options.result == "failure" else ""
    try:
        print(keep(options.kind, options.stack, options.report.read_text() if options.report else failed))
    except GitHubError as failed:
        sys.exit(f"error: {printable_lines(str(failed))}")


if __name__ == "__main__":
    main()
