"""What a stranger's Python is told, before anything of the sandbox is imported."""

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.layout import PROJECT

TOOLS = ("bash", "cat", "dirname", "env", "id", "sha256sum", "tail")
OLD = '#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2 && exit\nexit 1\n'
"""A Python that says no to the question whether it is new enough."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """With `bin/`, which has all that setup runs but a Python."""
    (tmp_path / "sandbox").mkdir()
    shutil.copy(PROJECT / "sandbox" / "setup", tmp_path / "sandbox")
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        (tmp_path / name).touch()
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def install(python: Path, script: str) -> None:
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(script)
    python.chmod(0o755)


def setup(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": str(checkout / "bin"), "HOME": os.devnull}
    return subprocess.run([checkout / "sandbox" / "setup", *arguments], env=environ, capture_output=True, text=True)


def test_a_python_that_is_too_old_is_told_with_its_version(checkout: Path) -> None:
    install(checkout / "bin" / "python3", OLD)
    done = setup(checkout)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: Python 3.11 or newer was not found: python3 is Python 3.9.2",
        "  -> install it (Debian: apt-get install python3 python3-venv) and run make again",
    ]


def test_no_python_at_all_is_told_as_well(checkout: Path) -> None:
    done = setup(checkout)
    assert done.returncode == 1
    assert done.stderr.startswith("error: Python 3.11 or newer was not found: python3 is missing\n")


def test_a_virtual_environment_of_an_older_python_is_made_anew_with_whichever_is_new_enough(checkout: Path) -> None:
    install(checkout / ".venv" / "bin" / "python", OLD)
    install(checkout / "bin" / "python3", OLD)
    install(checkout / "bin" / "python3.12", '#!/bin/sh\n[ "$2" = venv ] && echo "made: $*" && exit 1\nexit 0\n')
    assert "made: -m venv --clear .venv" in setup(checkout).stderr


def test_the_package_itself_refuses_an_older_python_in_words_that_it_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    file = PROJECT / "sandbox" / "__init__.py"
    ast.parse(file.read_text(), feature_version=(3, 6))
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed, and .* is .*\n  -> run `make up`"):
        runpy.run_path(str(file))


VENV = """#!/bin/sh
[ "$2" = venv ] || exit 0
for folder in "$@"; do :; done
mkdir -p "$folder/bin"
cat >"$folder/bin/pip" <<'PIP'
#!/bin/sh
if [ "$1" = freeze ]; then echo left==2.0; else cat "$(dirname "$4")"/*.txt >"$PWD/installed"; fi
PIP
chmod +x "$folder/bin/pip"
"""
"""A Python whose environments have a pip that notes what it is to install, and says that it has."""


def test_lock_resolves_the_pins_of_now_without_the_constraints_of_before(checkout: Path) -> None:
    for tool in ("cat", "chmod", "grep", "mkdir", "mktemp", "mv", "rm", "sed", "sh"):
        (checkout / "bin" / tool).unlink(missing_ok=True)
        (checkout / "bin" / tool).symlink_to(str(shutil.which(tool)))
    install(checkout / "bin" / "python3", VENV)
    (checkout / "requirements.txt").write_text("-c constraints.txt\nleft==2.0\n")
    (checkout / "requirements-dev.txt").write_text("-r requirements.txt\n-c constraints.txt\n")
    (checkout / "constraints.txt").write_text("# Made.\nleft==1.0\n")
    done = setup(checkout, "lock")
    assert done.returncode == 0, done.stderr
    assert (checkout / "installed").read_text() == "-r requirements.txt\nleft==2.0\n"
    assert (checkout / "constraints.txt").read_text() == "# Made.\nleft==2.0\n"


def test_constraints_that_no_longer_fit_are_said_to_be_renewed_by_lock(checkout: Path) -> None:
    pip = 'case "$3" in install) echo "ERROR: ResolutionImpossible: for help visit ..."; exit 1;; esac\nexit 0\n'
    install(checkout / ".venv" / "bin" / "python", f"#!/bin/sh\n{pip}")
    done = setup(checkout)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "failed Python packages: the lines above say why",
        "  -> after a change of a requirement, run: make lock",
    ]


def test_a_long_step_says_what_its_command_is_doing_and_a_failed_one_all_that_it_said() -> None:
    text = (PROJECT / "sandbox" / "setup").read_text()
    (step,) = re.findall(r"^step\(\) \{.*?^\}$", text, re.MULTILINE | re.DOTALL)
    at_once = step.replace(">= 5", ">= 0")
    assert at_once != step
    script = f"set -euo pipefail\n{at_once}\nstep Works echo one\nstep Fails sh -c 'echo two; exit 3'\necho not reached"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.sub(r"\d+ s", "0 s", done.stderr).splitlines() == [
        *("...    Works", "...    Works: one", "ok     Works  0 s"),
        *("...    Fails", "...    Fails: two", "two", "failed Fails: the lines above say why"),
    ]
