"""The Dockerfiles in docs/runtimes.md are those of the templates, or pass the linter."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from components.image.dockerfile import images
from sandbox.cli.new import Runtime
from sandbox.docker.stand_ins import STAND_INS

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "runtimes.md").read_text()
SHOWN = re.findall(r"(?:^`(\S+/Dockerfile)`\n\n)?^```dockerfile\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("runtime", Runtime)
def test_the_dockerfile_of_each_template_is_shown_as_it_is(runtime: str) -> None:
    file = f"modules/_templates/{runtime}/Dockerfile"
    assert (file, (PROJECT / file).read_text()) in SHOWN


@pytest.mark.parametrize("text", [text for file, text in SHOWN if not file], ids=lambda text: images(text)[0])
def test_the_others_pass_the_linter(text: str) -> None:
    linter = [str(Path(sys.executable).with_name("hadolint")), "-"]
    ran = subprocess.run(linter, input=text, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_there_is_one_for_each_kind() -> None:
    bases = [images(text)[-1].partition("@")[0] for _, text in SHOWN]
    for kind in ("python:3.13-alpine", "provided:al2023", "lambda/java:", "lambda/dotnet:"):
        assert any(kind in base for base in bases)


def test_every_stand_in_is_listed() -> None:
    listed = (PROJECT / "docs" / "offline.md").read_text()
    for image in STAND_INS:
        assert f"| `{image.removeprefix('docker.io/library/')}` |" in listed
