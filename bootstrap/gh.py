"""Calls GitHub's REST API through `gh`, with the login of whoever runs it."""

import json
import re
import subprocess
from typing import Any

_NOT_LOGGED_IN = 4
"""The exit code of `gh` without a login: https://cli.github.com/manual/gh_help_exit-codes"""
_PLANS = {
    "required reviewers protection rule": (
        "GitHub's plan has no required reviewers: for private repositories, only the Enterprise plan has them. "
        "With --unattended, updates need no approval"
    ),
    "Upgrade to GitHub": (
        "GitHub's plan has neither rules for branches nor environments for private repositories: change the plan, or "
        "make the repository public"
    ),
}
"""What to do, by a part of GitHub's message."""


class GitHubError(Exception):
    """A call failed. The message says why, and where possible what to do."""


def api(path: str, method: str = "GET", body: Any = None) -> Any:
    """Return the response, or None if it is empty or there is no such thing (404). Raises GitHubError."""
    given = [] if body is None else ["--input", "-"]
    done = _run(["--method", method, path, *given], None if body is None else json.dumps(body))
    if done.returncode == 0:
        return json.loads(done.stdout) if done.stdout.strip() else None
    if method == "GET" and "(HTTP 404)" in done.stderr:
        return None
    raise _error(f"{method} {path}", done)


def select(path: str, query: str) -> list[Any]:
    """Return what a jq query selects on all pages of a list. Raises GitHubError."""
    done = _run(["--paginate", path, "--jq", query], None)
    if done.returncode == 0:
        return [json.loads(line) for line in done.stdout.splitlines()]
    raise _error(f"GET {path}", done)


def _run(arguments: list[str], body: str | None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["gh", "api", *arguments], input=body, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise GitHubError("there is no `gh`: https://cli.github.com") from missing


def _error(call: str, done: subprocess.CompletedProcess[str]) -> GitHubError:
    if done.returncode == _NOT_LOGGED_IN:
        return GitHubError("`gh` is not logged in: run `gh auth login`")
    said = f"{done.stderr}\n{done.stdout}"
    for part, remedy in _PLANS.items():
        if part in said:
            return GitHubError(remedy)
    message = re.sub(r"^gh: ", "", done.stderr.strip())
    return GitHubError(f"`gh api` failed at {call}: {message or f'exit code {done.returncode}'}")
