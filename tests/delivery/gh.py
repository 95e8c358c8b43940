"""A `gh` that records its calls."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

GH = f"""#!{sys.executable}
import json, os, subprocess, sys
arguments = sys.argv[1:]
if "fail" in os.listdir("."):
    sys.exit("HTTP 403: Resource not accessible by integration")
body = sys.stdin.read() if "--input" in arguments else None
with open("calls", "a") as calls:
    calls.write(json.dumps([arguments, body]) + "\\n")
if "--jq" in arguments:
    print(open("found").read(), end="")
"""


def provide(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put it on PATH, as in a run of a workflow. The folder becomes the current one.

    Its file `found` has what `--jq` finds. With a file `fail`, every call fails.
    """
    monkeypatch.chdir(folder)
    Path("bin").mkdir()
    Path("bin/gh").write_text(GH)
    Path("bin/gh").chmod(0o755)
    Path("found").touch()
    monkeypatch.setenv("PATH", f"{folder}/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/lambda-images")
    monkeypatch.setenv("GITHUB_RUN_ID", "42")


def calls() -> list[tuple[list[str], Any]]:
    """The arguments of each call, and the body."""
    lines = map(json.loads, Path("calls").read_text().splitlines())
    return [(arguments, body and json.loads(body)) for arguments, body in lines]
