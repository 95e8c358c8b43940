"""The comment of a pull request, with a `gh` that records its calls."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from delivery import comment
from delivery.comment import FAILED, MARKER, UNAFFECTED, post, written
from delivery.github import AUTHOR, MAX_LENGTH, GitHubError
from tests.delivery import gh
from tests.delivery.gh import calls

PROJECT = Path(__file__).parents[2]
DEV = '[{"stack": "dev", "after": ""}]'
COMMENTS = "repos/octo/lambda-images/issues/7/comments"


@pytest.fixture(autouse=True)
def _gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gh.provide(tmp_path, monkeypatch)


def test_the_first_report_becomes_a_comment() -> None:
    assert post("text", 7, create=True) == "Created the comment."
    (looked, _), (wrote, body) = calls()
    assert looked[:3] == ["api", "--paginate", f"{COMMENTS}?per_page=100"]
    assert (wrote, body) == (["api", "--method", "POST", COMMENTS, "--input", "-"], {"body": "text"})


def test_later_reports_update_the_first_comment_with_the_marker() -> None:
    Path("found").write_text("11\n12\n")
    assert post("text", 7, create=True) == "Updated the comment."
    wrote, body = calls()[-1]
    comment = "repos/octo/lambda-images/issues/comments/11"
    assert (wrote, body) == (["api", "--method", "PATCH", comment, "--input", "-"], {"body": "text"})


def test_a_pull_request_that_affects_nothing_has_its_comment_updated_but_none_created() -> None:
    assert post("text", 7, create=False) == "Nothing to say, and no earlier comment to update."
    assert len(calls()) == 1
    Path("found").write_text("11\n")
    assert post("text", 7, create=False) == "Updated the comment."


def test_only_the_workflows_own_comment_is_found() -> None:
    post("text", 7, create=True)
    (looked, _), _ = calls()
    assert looked[3:] == [
        "--jq",
        f'.[] | select(.user.login == "{AUTHOR}" and (.body // "" | startswith("{MARKER}"))) | .id',
    ]


def test_the_text_is_the_reports_with_a_marker_that_is_not_shown_and_the_run() -> None:
    Path("dev.md").write_text("### Preview\n")
    Path("test.md").write_text("### Another\n")
    run = "<sub>[The run that wrote this](https://github.com/octo/lambda-images/actions/runs/42)</sub>\n"
    assert written(Path(), ["dev"]) == f"{MARKER}\n### Preview\n\n{run}"
    assert written(Path(), ["dev", "test"]) == f"{MARKER}\n### Preview\n\n### Another\n\n{run}"


def test_without_a_report_the_text_says_that_the_preview_failed() -> None:
    Path("dev.md").write_text("### Preview\n")
    text = written(Path(), ["dev", "test"])
    assert text.startswith(f"{MARKER}\n### Preview\n")
    assert FAILED.format("test") in text


def test_without_a_preview_the_text_says_that_nothing_changes() -> None:
    Path("dev.md").write_text("### Of a file that is not a report\n")
    assert written(Path(), []).startswith(f"{MARKER}\n{UNAFFECTED}\n")


def test_an_error_of_gh_is_reported() -> None:
    Path("fail").touch()
    with pytest.raises(GitHubError, match="exit code 1:\nHTTP 403: Resource not accessible"):
        post("text", 7, create=True)


def test_a_missing_gh_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GitHubError, match="there is no `gh`"):
        post("text", 7, create=True)


def test_a_text_that_github_would_refuse_is_not_sent() -> None:
    with pytest.raises(GitHubError, match="65537 bytes"):
        post("x" * (MAX_LENGTH + 1), 7, create=True)
    assert not Path("calls").exists()


def test_the_command_needs_none_of_the_programs_packages() -> None:
    Path("dev.md").write_text("### Preview\n")
    command = [sys.executable, "-S", "-m", "delivery.comment", "--pull-request=7", f"--previews={DEV}", "."]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("Created the comment.\n", "", 0)


def test_a_command_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("fail").touch()
    monkeypatch.setattr(sys, "argv", ["comment", "--pull-request=7", f"--previews={DEV}", "."])
    with pytest.raises(SystemExit, match="error: `gh api` failed"):
        comment.main()
