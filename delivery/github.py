"""Calls GitHub's API by `gh`, for commands that need none of the program's packages.

GitHub Actions sets the variables that name the repository and the run. `gh` needs a token.
"""

import os
import subprocess

AUTHOR = "github-actions[bot]"
"""Who writes with the token that a workflow gets. What somebody else writes may have the same markers."""
MAX_LENGTH = 65_536
"""How long a comment or an issue may be. GitHub counts characters; a text never has more of them than bytes."""


class GitHubError(Exception):
    """`gh` failed, or would."""


def repository() -> str:
    """Return the path of the repository in the API."""
    return f"repos/{os.environ['GITHUB_REPOSITORY']}"


def run_link(text: str) -> str:
    """Return a link to the run in Markdown."""
    server, run = os.environ["GITHUB_SERVER_URL"], os.environ["GITHUB_RUN_ID"]
    return f"[{text}]({server}/{os.environ['GITHUB_REPOSITORY']}/actions/runs/{run})"


def check_length(text: str) -> None:
    """Raises GitHubError if GitHub would refuse the text."""
    if len(text.encode()) > MAX_LENGTH:
        raise GitHubError(f"the text has {len(text.encode())} bytes, and GitHub takes at most {MAX_LENGTH}")


def find(path: str, marker: str) -> list[str]:
    """Return what identifies the comments or issues at a path that begin with a marker. Raises GitHubError."""
    identity = ".number" if path.startswith(f"{repository()}/issues?") else ".id"
    select = f'.[] | select(.user.login == "{AUTHOR}" and (.body // "" | startswith("{marker}"))) | {identity}'
    return api("--paginate", path, "--jq", select).split()


def api(*arguments: str, body: str | None = None) -> str:
    """Call the API. Returns the answer. Raises GitHubError."""
    try:
        done = subprocess.run(["gh", "api", *arguments], input=body, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise GitHubError("there is no `gh`: https://cli.github.com") from missing
    if done.returncode != 0:
        raise GitHubError(f"`gh api` failed with exit code {done.returncode}:\n{done.stderr.strip()}")
    return done.stdout
