"""The issues about stacks, with a `gh` that records its calls."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from delivery import issue
from delivery.issue import FAILED, keep
from tests.delivery import gh
from tests.delivery.gh import calls

PROJECT = Path(__file__).parents[2]
ISSUES = "repos/octo/lambda-images/issues"
TEXT = (
    "<!-- lambda-images: drift dev -->\nadder differs\n\n<sub>[The last run]"
    "(https://github.com/octo/lambda-images/actions/runs/42). The next one that finds nothing closes this.</sub>\n"
)


@pytest.fixture(autouse=True)
def _gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gh.provide(tmp_path, monkeypatch)


def test_what_is_wrong_becomes_an_issue() -> None:
    assert keep("drift", "dev", "adder differs\n") == "Opened an issue."
    (looked, _), (wrote, body) = calls()
    assert looked[:3] == ["api", "--paginate", f"{ISSUES}?state=open&per_page=100"]
    assert (wrote, body) == (
        ["api", "--method", "POST", ISSUES, "--input", "-"],
        {"title": "Drift in dev", "body": TEXT},
    )


def test_only_an_open_issue_of_the_same_kind_and_stack_that_the_workflow_opened_is_found() -> None:
    keep("drift", "dev", "adder differs")
    (looked, _), _ = calls()
    begins = '(.body // "" | startswith("<!-- lambda-images: drift dev -->"))'
    assert looked[3:] == ["--jq", f'.[] | select(.user.login == "github-actions[bot]" and {begins}) | .number']


def test_the_issue_is_updated_as_long_as_it_is_open() -> None:
    Path("found").write_text("12\n")
    assert keep("drift", "dev", "adder differs\n") == "Updated the issue."
    assert calls()[-1] == (["api", "--method", "PATCH", f"{ISSUES}/12", "--input", "-"], {"body": TEXT})


def test_the_issue_is_closed_when_nothing_is_wrong_any_more() -> None:
    assert keep("drift", "dev", "") == "Nothing is wrong, and there is no issue to close."
    assert len(calls()) == 1
    Path("found").write_text("12\n13\n")
    assert keep("drift", "dev", "") == "Closed the issue."
    assert [arguments[3] for arguments, _ in calls()[-2:]] == [f"{ISSUES}/12", f"{ISSUES}/13"]
    assert calls()[-1][0][4:] == ["-f", "state=closed", "-f", "state_reason=completed"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, which needs none of the program's packages."""
    command = [sys.executable, "-S", "-m", "delivery.issue", *arguments]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True)


@pytest.mark.parametrize(("result", "done"), [("failure", "Opened an issue.\n"), ("success", "Nothing is wrong,")])
def test_a_deployment_is_reported_by_its_result(result: str, done: str) -> None:
    ran = run("deployment", "dev", f"--result={result}")
    assert (ran.stdout.startswith(done), ran.stderr, ran.returncode) == (True, "", 0)
    if result == "failure":
        assert calls()[-1][1]["title"] == "The deployment of dev fails"
        assert FAILED.format("dev") in calls()[-1][1]["body"]


@pytest.mark.parametrize(("text", "done"), [("adder differs\n", "Opened an issue.\n"), ("", "Nothing is wrong,")])
def test_drift_is_reported_unless_its_report_is_empty(text: str, done: str) -> None:
    Path("dev.md").write_text(text)
    assert run("drift", "dev", "--report=dev.md").stdout.startswith(done)


def test_a_command_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("fail").touch()
    monkeypatch.setattr(sys, "argv", ["issue", "deployment", "dev", "--result=failure"])
    with pytest.raises(SystemExit, match="error: `gh api` failed"):
        issue.main()
