"""The download, from a package index that is a folder."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from sandbox.docker import runtime_emulator
from sandbox.errors import SandboxError
from sandbox.layout import Layout

WHEEL = "aws_sam_cli-1.0-py3-none-any.whl"


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """The index has a wheel with both programs, and the requirements have its hash."""
    index = tmp_path / "index"
    index.mkdir()
    with zipfile.ZipFile(index / WHEEL, "w") as wheel:
        for machine in ("x86_64", "arm64"):
            wheel.writestr(f"samcli/local/rapid/aws-lambda-rie-{machine}", machine)
        wheel.writestr("aws_sam_cli-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: aws-sam-cli\nVersion: 1.0\n")
        wheel.writestr("aws_sam_cli-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("aws_sam_cli-1.0.dist-info/RECORD", "")
    digest = hashlib.sha256((index / WHEEL).read_bytes()).hexdigest()
    (tmp_path / "requirements.txt").write_text(f"aws-sam-cli==1.0 --hash=sha256:{digest}\n")
    monkeypatch.setattr(runtime_emulator, "REQUIREMENTS", tmp_path / "requirements.txt")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def ensure(layout: Layout) -> dict[str, str]:
    runtime_emulator.ensure(layout, lambda note: None)
    return {program.name: program.read_text() for program in runtime_emulator.folder(layout).iterdir()}


def test_the_programs_are_fetched_once(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ensure(layout) == {"amd64": "x86_64", "arm64": "arm64"}
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert ensure(layout) == {"amd64": "x86_64", "arm64": "arm64"}
    assert [found.name for found in (layout.tools / "runtime-emulator").iterdir()] == [
        runtime_emulator.folder(layout).name
    ]


def test_another_wheel_than_the_pinned_one_is_refused(layout: Layout, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "index" / WHEEL, "a") as wheel:
        wheel.writestr("more", "")
    with pytest.raises(SandboxError, match="DO NOT MATCH THE HASHES"):
        ensure(layout)
    assert not runtime_emulator.folder(layout).exists()
