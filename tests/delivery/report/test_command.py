"""`python -m delivery.report`."""

import json
import os
import sys
from pathlib import Path

import pytest

from delivery.report import __main__ as command
from tests.delivery.report.samples import diagnostic, module


def run(*arguments: str) -> int:
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["report", *arguments])
            command.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `pulumi` that prints what the file `output` has, and its arguments into the file `arguments`."""
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.write_text(
        f'#!/bin/sh\necho "$*" > {tmp_path}/arguments\ncat {tmp_path}/output\n[ ! -e {tmp_path}/failed ] || exit 255\n'
    )
    pulumi.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{pulumi.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_it_previews_a_stack_and_prints_markdown(engine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (engine / "output").write_text(json.dumps({"steps": [module("thumbnail", "create")]}))
    assert run("dev") == 0
    assert (engine / "arguments").read_text() == "--non-interactive preview --json --show-sames --stack dev\n"
    assert capfd.readouterr().out.startswith("### Preview of `dev`\n\n| module | `dev` |\n")


def test_a_preview_that_fails_is_printed_and_fails_without_credentials(
    engine: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "0123456789abcdef/secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "x")
    said = diagnostic("no image: 0123456789abcdef/secret\x1b")
    (engine / "output").write_text(json.dumps({"diagnostics": [said]}))
    (engine / "failed").touch()
    assert run("dev") == 1
    printed = capfd.readouterr()
    assert "The preview of `dev` failed" in printed.out
    assert "  | no image: [secret]\\u001b\n" in printed.out
    assert printed.err == "dev: no image: [secret]\\u001b\n"


def test_it_reads_previews_of_several_stacks(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "preview.json"
    file.write_text(json.dumps({"steps": [module("thumbnail", "create")]}))
    assert run(f"dev={file}", f"prod={file}") == 0
    assert "| module | `dev` | `prod` |\n" in capfd.readouterr().out


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(f"dev={tmp_path}/nowhere.json") == 1


def test_stacks_that_take_images_have_columns(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: lambda-images\n")
    for stack, pipeline in {
        "dev": {},
        "staging": {"after": "dev", "images": "copy"},
        "prod": {"after": "staging"},
    }.items():
        settings = {"config": {"lambda-images:pipeline": pipeline}}
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(json.dumps(settings))
    (tmp_path / "preview.json").write_text(json.dumps({"steps": [module("thumbnail", "create")]}))
    monkeypatch.chdir(tmp_path)
    assert run("dev=preview.json") == 0
    assert "| `thumbnail` | **new** | promoted after the merge |\n" in capfd.readouterr().out
    (tmp_path / "Pulumi.prod.yaml").write_text("- wrong")
    assert run("dev=preview.json") == 0
    assert "| `thumbnail` | **new** |\n" in capfd.readouterr().out
