from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.contenders import BARE, BARE_RELEASE, MAKE_UP, PULUMI_UP, SAM, SCRIPT

ABOUT = {
    "kind": "Emulator with local plugins, not AWS",
    "date": "2026-01-31T12:00+00:00",
    "runs": 3,
    "machine": {"cores": 2, "memory GiB": 24, "system": "Linux"},
    "versions": {"pulumi engine": "3.259.0", "docker engine": "20.10", "ministack": "1.5"},
}


def times(unchanged: float, changed: float) -> dict[str, list[float]]:
    return {"unchanged": [unchanged], "changed": [changed], "changed command": [changed]}


def compared(sam: dict[str, list[float]] | None = None) -> dict[str, Any]:
    contenders = {
        PULUMI_UP: times(1.0, 2.0),
        MAKE_UP: times(1.5, 2.5),
        SCRIPT: times(2.0, 8.0),
        BARE: times(0.5, 1.0),
    }
    if sam:
        return {"about": ABOUT, "contenders": {**contenders, SAM: sam}, "skipped": {}}
    return {"about": ABOUT, "contenders": contenders, "skipped": {SAM: "not allowed here"}}


def text(part: str, results: dict[str, Any], folder: Path) -> str:
    report.write(part, results, folder)
    return report.tables(folder)


def test_every_table_says_that_it_is_an_emulator_with_local_plugins_and_on_which_machine(tmp_path: Path) -> None:
    shown = text("compare", compared(), tmp_path)
    assert "Emulator with local plugins, not AWS; 2 cores, 24 GiB; 2026-01-31; 3 runs" in shown


def test_others_are_shown_with_what_ours_takes_of_their_time(tmp_path: Path) -> None:
    shown = text("compare", compared(), tmp_path)
    assert f"| {SCRIPT} | 2.00 (2.00-2.00) | 0.50 | 8.00 (8.00-8.00) | 0.25 |" in shown
    assert f"| {PULUMI_UP} | 1.00 (1.00-1.00) |  | 2.00 (2.00-2.00) |  |" in shown


def test_a_large_context_is_shown_beside_what_docker_takes(tmp_path: Path) -> None:
    kept = {"two folders": {"files": 200, "read": [0.2], "docker build": [0.5]}}
    shown = text("context", {"about": ABOUT, "files": 20_000, "kept": kept}, tmp_path)
    assert "Seconds for a context of 20,000 files" in shown
    assert "| two folders | 200 | 0.20 (0.20-0.20) | 0.50 (0.50-0.50) |" in shown
    assert "read, seconds: 0.20, expected at most 0.5: met" in shown


def test_who_was_left_out_is_shown_with_the_reason(tmp_path: Path) -> None:
    shown = text("compare", compared(), tmp_path)
    assert f"Left out: {SAM}. Not allowed here." in shown
    assert "expected" not in shown


def test_expectations_are_held_against_the_ratios(tmp_path: Path) -> None:
    results = compared(sam=times(4.0, 4.0))
    results["contenders"][BARE_RELEASE] = times(1.0, 1.0)
    shown = text("compare", results, tmp_path)
    assert "- nothing changed, of SAM's time: 0.25, expected at most 0.35: met" in shown
    assert "- one file changed, of SAM's time: 0.50, expected at most 0.3: **missed**" in shown
    assert "- one file changed, of the time of bare API calls: 2.00, expected at most 1.5: **missed**" in shown


def test_a_part_that_was_left_out_is_shown_with_the_reason(tmp_path: Path) -> None:
    assert "Left out. Not allowed." in text("fresh", {"about": ABOUT, "cases": {}, "skipped": "Not allowed"}, tmp_path)


def test_a_new_machine_is_shown_with_and_without_layers(tmp_path: Path) -> None:
    cases = {"layers of the last image": [5.0], "no layers": [20.0]}
    shown = text("fresh", {"about": ABOUT, "cases": cases, "skipped": ""}, tmp_path)
    assert "| layers of the last image | 5.00 (5.00-5.00) |" in shown
    assert "- layers of the last image, of the time without: 0.25, expected at most 0.4: met" in shown


def test_one_changed_among_a_hundred_is_held_against_nothing_changed(tmp_path: Path) -> None:
    memory = {"memory": {"total": 640.2}}
    sizes = {
        "1": {"first": [3.0], **times(1.0, 2.0), **memory},
        "100": {"first": [200.0], **times(5.0, 8.5), **memory},
        "300": {"first": [], **times(16.0, 25.0), "memory": {"total": 1800.0}},
    }
    shown = text("scale", {"about": ABOUT, "sizes": sizes}, tmp_path)
    assert "| 100 | 200.0 | 5.00 (5.00-5.00) | 8.50 (8.50-8.50) | 640 |" in shown
    assert "| 300 | not measured | 16.00 (16.00-16.00) | 25.00 (25.00-25.00) | 1800 |" in shown
    assert "- 100 modules, nothing changed, MiB: 640.20, expected at most 800: met" in shown
    assert "- nothing changed, 300 modules, of the time of 100: 3.20, expected at most 3.2: met" in shown
    assert "- 100 modules, nothing changed, seconds: 5.00, expected at most 5: met" in shown
    assert "- 100 modules, one changed, seconds more: 3.50, expected at most 3: **missed**" in shown
    assert "- 100 modules, first shipping, seconds a module: 2.00, expected at most 2.5: met" in shown


def test_a_phase_that_one_case_lacks_is_left_empty(tmp_path: Path) -> None:
    seconds = {"changed": {"engine starts": 0.5, "build": 1.0}, "unchanged": {"engine starts": 0.4}}
    peaks = {"by_part": {"engine": 90.0}, "total": 100.0}
    results = {"about": ABOUT, "seconds": seconds, "memory": {"changed": peaks, "unchanged": peaks}}
    shown = text("breakdown", results, tmp_path)
    assert "| build |  | 1.00 |" in shown
    assert "| all | 0.40 | 1.50 |" in shown
    assert "| all at one moment | 100 | 100 |" in shown


def test_the_page_shows_the_results_between_its_marks_and_keeps_the_rest() -> None:
    page = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    shown = report.with_results(page, "![Side by side](compare.svg)")
    expected = "![Side by side](../benchmarks/results/compare.svg)"
    assert shown == f"before\n{report.BEGIN}\n{expected}\n{report.END}\nafter\n"
    assert report.with_results(shown, "![Side by side](compare.svg)") == shown


def test_a_page_without_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        report.with_results("a page\n", "results")


def test_the_page_in_the_repository_shows_the_results_in_the_repository() -> None:
    assert report.with_results(report.PAGE.read_text(), report.tables()) == report.PAGE.read_text()
    assert (report.RESULTS / "results.md").read_text() == report.tables()


def test_what_callers_lost_is_shown_with_what_grew(tmp_path: Path) -> None:
    results = {
        "about": ABOUT, "minutes": 10, "callers": 8, "deployments": 60, "calls": 9000, "failed": 2,
        "median call": 0.05, "longest call": 2.0, "longest silence": 0.75, "longest stall": 0.25,
        "memory": [60.2, 64.9], "state": [1.0, 5.0], "open files": 70,
    }  # fmt: skip
    shown = text("load", results, tmp_path)
    assert "8 callers, 10 minutes, 60 deployments; the emulator may open 1,024 files." in shown
    assert "| calls | 9,000 |" in shown
    assert "| emulator's memory, MiB, after a minute and at the end | 60, 65 |" in shown
    assert "- failed calls: 2.00, expected at most 0: **missed**" in shown
    assert "- longest stall, seconds: 0.25, expected at most 1: met" in shown


def test_what_callers_got_during_releases_is_shown_with_each_step(tmp_path: Path) -> None:
    steps = [
        {"kind": "deployment", "what": "code", "began": 4.4, "seconds": 6.5, "outcome": "version 2"},
        {"kind": "rollback", "what": "", "began": 14.9, "seconds": 1.25, "outcome": "version 1"},
        {"kind": "rollback", "what": "", "began": 20.0, "seconds": 0.75, "outcome": "version 1"},
    ]
    results = {
        "about": ABOUT, "callers": 8, "steps": steps, "calls": 9000, "failed": 0, "wrong": 1,
        "p50": 0.05, "p99": 1.5, "longest": 2.0, "canaries": [{"9": 1070, "10": 130}],
    }  # fmt: skip
    shown = text("releases", results, tmp_path)
    assert "8 callers, half of them of the function URL; 3 steps." in shown
    assert "| calls | 9,000 |" in shown
    assert "| p99, seconds | 1.50 |" in shown
    assert "| answers during a canary, versions 9 and 10 | 1,070 and 130 (10.8%) |" in shown
    assert "| rollback | 2 | 1.00 (0.75-1.25) |" in shown
    assert "| 4 | deployment: code | 6.5 | version 2 |" in shown
    assert "| 15 | rollback | 1.2 | version 1 |" in shown
    assert "- failed calls: 0.00, expected at most 0: met" in shown
    assert "- wrong answers: 1.00, expected at most 0: **missed**" in shown
    assert "- seconds of a rollback: 1.00, expected at most 3: met" in shown
