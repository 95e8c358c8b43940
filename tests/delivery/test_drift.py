"""What is reported about a stack that is not as its last deployment left it."""

import pytest

from delivery import drift
from delivery.drift import EXPLANATION, main, report
from delivery.health import Problem
from delivery.live import ReleaseError
from delivery.report.reading import Preview
from delivery.report.render import MAX_SIZE
from delivery.stack import Stack

URN = "urn:pulumi:dev::shop::aws:lambda/function:Function::{}-function"
PROBLEM = Problem("orders", "the alarm orders-errors is firing", "see the log of the module", fails=False)


def preview(*ops: str, errors: list[str] | None = None) -> Preview:
    steps = [
        {"op": op, "urn": URN.format(op), "type": "aws:lambda/function:Function", "old": {}, "new": {}} for op in ops
    ]
    return Preview("dev", [{**step, "detailedDiff": {"memorySize": {}}} for step in steps], errors or [])


def test_a_stack_that_is_as_it_was_left_has_an_empty_report() -> None:
    assert report(preview("same", "refresh", "read"), []) == ""


def test_a_difference_is_reported_as_in_a_preview() -> None:
    text = report(preview("same", "update"), [])
    assert text.startswith(f"{EXPLANATION}\n\n### Preview of `dev`\n")
    assert "! update-function (aws:lambda/function:Function)\n!     memorySize" in text


def test_problems_are_reported_also_without_a_difference() -> None:
    listed = "`orders: the alarm orders-errors is firing: see the log of the module`"
    assert report(preview("same"), [PROBLEM]) == f"### Problems in `dev`\n\n- {listed}\n"
    assert f"### Problems in `dev`\n\n- {listed}\n" in report(preview("update"), [PROBLEM])


def test_a_report_fits_in_an_issue() -> None:
    text = report(preview(*["update"] * 2000), [PROBLEM] * 500)
    assert 60_000 < len(text.encode()) <= MAX_SIZE


@pytest.mark.parametrize("fails", ["preview", "check"])
def test_a_check_that_fails_reports_nothing(
    fails: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def problems(stack: Stack) -> list[Problem]:
        raise ReleaseError("listing the functions of dev: AccessDenied")

    errors = ["no valid credential sources found"] if fails == "preview" else []
    monkeypatch.setattr(drift, "preview", lambda *arguments: preview("update", errors=errors))
    monkeypatch.setattr(drift, "problems", problems)
    monkeypatch.setattr(Stack, "of", lambda name: name)
    monkeypatch.setattr("sys.argv", ["drift", "--stack=dev"])
    with pytest.raises(SystemExit, match=r"error: (no valid credential sources|listing the functions of dev)"):
        main()
    assert capsys.readouterr().out == ""
