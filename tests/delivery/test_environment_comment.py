import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.comment import MARKER as PREVIEW
from delivery.environment_comment import DESTROYED, FAILED, MARKER, written

PROJECT = Path(__file__).parents[2]
RUN = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "octo/shop", "GITHUB_RUN_ID": "42"}
GH = f"""#!{sys.executable}
import json, sys
with open("calls", "a") as calls:
    calls.write(json.dumps([sys.argv[1:], "" if sys.stdin.isatty() else sys.stdin.read()]) + "\\n")
"""


@pytest.fixture(autouse=True)
def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in RUN.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("result", ["success", "failure", "skipped"])
def test_the_text_is_the_report_behind_a_marker_of_its_own(result: str) -> None:
    Path("report.md").write_text("### Preview environment\n")
    assert written(Path("report.md"), result) == (
        f"{MARKER}\n### Preview environment\n\n"
        "<sub>[The run that wrote this](https://github.com/octo/shop/actions/runs/42)</sub>\n"
    )
    assert not PREVIEW.startswith(MARKER) and not MARKER.startswith(PREVIEW)


@pytest.mark.parametrize(("result", "said"), [("skipped", DESTROYED), ("failure", FAILED), ("cancelled", FAILED)])
def test_without_a_report_the_text_says_why(result: str, said: str) -> None:
    assert said in written(Path("report.md"), result)


def test_the_command_needs_none_of_the_programs_packages(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    command = [
        sys.executable,
        "-S",
        "-m",
        "delivery.environment_comment",
        "--pull-request=7",
        "--result=failure",
        "no.md",
    ]
    environ = {**os.environ, "PATH": path, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("Created the comment.\n", "", 0)
    (looked, _), (_, body) = map(json.loads, Path("calls").read_text().splitlines())
    assert MARKER in looked[-1]
    assert FAILED in json.loads(body)["body"]
