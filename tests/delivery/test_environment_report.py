import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from delivery import environment_report
from delivery.environment_report import FAILED, MAX_SIZE, NO_MODULE, render

URL = "https://abc123.lambda-url.eu-central-1.on.aws/"
THUMBNAIL = {"functionName": "shop-pr-7-thumbnail", "version": "2", "functionUrl": URL}


def test_the_modules_are_listed_with_what_calls_them() -> None:
    queues = {"functionName": "shop-pr-7-orders", "version": "1", "queueUrls": {"new": "https://sqs/1", "old": "x"}}
    assert render("pr-7", ["orders", "thumbnail"], {"orders": queues, "thumbnail": THUMBNAIL}, "success") == (
        "### Preview environment `pr-7`\n\n"
        "| module | version | function | addresses |\n"
        "|---|---|---|---|\n"
        "| `orders` | `1` | `shop-pr-7-orders` | `https://sqs/1`<br>`x` |\n"
        f"| `thumbnail` | `2` | `shop-pr-7-thumbnail` | <{URL}> |\n"
    )


@pytest.mark.parametrize("update", ["failure", "skipped", "cancelled"])
def test_an_update_that_failed_is_not_hidden(update: str) -> None:
    report = render("pr-7", ["orders", "thumbnail"], {"thumbnail": THUMBNAIL}, update)
    assert FAILED in report
    assert "| `orders` | **not deployed** | | |" in report


@pytest.mark.parametrize(
    "hostile", ["https://evil.example/", f"{URL}> @octo", "`|**x**\n# y", "<img src=x>", ["a", "|"], 7, {"x": "| `"}]
)
def test_text_from_outside_stays_text(hostile: Any) -> None:
    outputs = {"functionName": hostile, "version": hostile, "functionUrl": hostile, "queueUrls": hostile}
    row = render("pr-7", ["thumbnail"], {"thumbnail": outputs}, "success").splitlines()[-1]
    cells = row.split("|")
    assert len(cells) == 6
    for cell in cells[1:-1]:
        for span in cell.strip().split("<br>"):
            assert span.startswith("`") and span.endswith("`") and span.count("`") == 2


@pytest.mark.parametrize("outputs", [None, "text", [], 7])
def test_an_output_that_is_no_module_s_counts_as_not_deployed(outputs: Any) -> None:
    assert "**not deployed**" in render("pr-7", ["thumbnail"], {"thumbnail": outputs}, "success")


def test_a_long_report_is_cut() -> None:
    modules = [f"module-{number}" for number in range(2_000)]
    report = render("pr-7", modules, dict.fromkeys(modules, THUMBNAIL), "success")
    assert len(report.encode()) < MAX_SIZE + 1_000
    assert report.splitlines()[-1].startswith("| and ")


@pytest.fixture
def _pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pulumi"
    arguments = "--non-interactive stack output --json --stack pr-7"
    answer = json.dumps({"thumbnail": THUMBNAIL})
    file.write_text(
        f"#!/bin/sh\n[ \"$*\" = '{arguments}' ] || {{ echo 'no such stack' >&2; exit 1; }}\necho '{answer}'\n"
    )
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def run(monkeypatch: pytest.MonkeyPatch, stack: str, modules: str) -> None:
    monkeypatch.setattr(sys, "argv", ["environment_report", stack, modules, "--update=success"])
    environment_report.main()


@pytest.mark.usefixtures("_pulumi")
def test_the_command_reads_the_outputs_of_the_stack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "pr-7", '["thumbnail"]')
    assert "`shop-pr-7-thumbnail`" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"error: `pulumi` failed with exit code 1:\nno such stack"):
        run(monkeypatch, "pr-8", '["thumbnail"]')


@pytest.mark.usefixtures("_pulumi")
def test_a_pull_request_without_a_changed_module_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "pr-8", "[]")
    assert capsys.readouterr().out == NO_MODULE
