"""The errors of the setup, before anything of the sandbox is imported."""

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
    (tmp_path / "requirements-dev.txt").touch()
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


def test_a_python_that_is_too_old_is_reported_with_its_version(checkout: Path) -> None:
    install(checkout / "bin" / "python3", OLD)
    done = setup(checkout)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: Python 3.11 or newer was not found: python3 is Python 3.9.2",
        "  -> install it (Debian: apt-get install python3 python3-venv) and run make again",
    ]


def test_a_missing_python_is_reported_as_well(checkout: Path) -> None:
    done = setup(checkout)
    assert done.returncode == 1
    assert done.stderr.startswith("error: Python 3.11 or newer was not found: python3 is missing\n")


def test_a_virtual_environment_of_an_older_python_is_recreated_with_one_that_is_new_enough(checkout: Path) -> None:
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
printf '#!/bin/sh\necho pip "$@" >> "%s/calls"\n' "$PWD" >"$folder/bin/pip"
printf '#!/bin/sh\necho "${PWD#%s}" "$@" $UV_PYTHON_DOWNLOADS >> "%s/calls"\n' "$PWD" "$PWD" >"$folder/bin/uv"
chmod +x "$folder/bin/pip" "$folder/bin/uv"
"""
"""A Python whose environments have a pip and a uv that record their arguments."""
COMPILE = "pip compile --universal --python-version={} --generate-hashes --quiet{} --output-file={}.txt {}.in never"


@pytest.mark.parametrize("options", [[], ["--upgrade"]])
def test_lock_locks_the_programs_packages_then_all_others_with_a_uv_that_is_locked_itself(
    checkout: Path, options: list[str]
) -> None:
    for tool in ("chmod", "find", "mkdir", "mktemp", "rm", "sh", "sort"):
        (checkout / "bin" / tool).symlink_to(str(shutil.which(tool)))
    install(checkout / "bin" / "python3", VENV)
    files = ("requirements.in", "requirements-dev.in", "modules/a/requirements.in", ".venv/lib/requirements.in")
    for file in (*files, "modules/a/Dockerfile"):
        (checkout / file).parent.mkdir(parents=True, exist_ok=True)
        (checkout / file).touch()
    done = setup(checkout, "lock", *options)
    assert done.returncode == 0, done.stderr
    given = " " + options[0] if options else ""
    assert (checkout / "calls").read_text().splitlines() == [
        "pip install -q --require-hashes -r sandbox/tools/requirements.txt",
        " " + COMPILE.format("3.11", given, "requirements", "requirements"),
        "/modules/a " + COMPILE.format("3.13", given, "requirements", "requirements"),
        " " + COMPILE.format("3.11", given, "requirements-dev", "requirements-dev"),
    ]


def test_the_error_about_a_package_that_was_not_locked_names_make_lock(checkout: Path) -> None:
    pip = 'case "$3" in install) echo "ERROR: Hashes are required in --require-hashes mode, but ..."; exit 1;; esac\n'
    install(checkout / ".venv" / "bin" / "python", f"#!/bin/sh\n{pip}exit 0\n")
    done = setup(checkout)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "failed Python packages: the lines above say why",
        "  -> name packages in requirements*.in, and run: make lock",
    ]


def test_the_error_about_a_package_with_another_hash_does_not_name_make_lock(checkout: Path) -> None:
    pip = 'case "$3" in install) echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES ..."; exit 1;; esac\n'
    install(checkout / ".venv" / "bin" / "python", f"#!/bin/sh\n{pip}exit 0\n")
    assert setup(checkout).stderr.splitlines()[-1] == "failed Python packages: the lines above say why"


@pytest.mark.parametrize(("code", "installers"), [(0, ["pip", "uv"]), (1, ["pip", "uv", "pip"])])
def test_packages_are_installed_by_uv_else_by_pip_and_by_hash_alone(
    checkout: Path, code: int, installers: list[str]
) -> None:
    note = f'echo "$0 $@" >> {checkout}/calls'
    install(checkout / ".venv" / "bin" / "python", f"#!/bin/sh\n{note}\n")
    install(checkout / ".venv" / "bin" / "uv", f"#!/bin/sh\n{note}\nexit {code}\n")
    assert setup(checkout).returncode == 0
    calls = [call for call in (checkout / "calls").read_text().splitlines() if " install " in call]
    assert ["uv" if call.startswith(".venv/bin/uv ") else "pip" for call in calls] == installers
    files = ["sandbox/tools/requirements.txt", *["requirements-dev.txt"] * (len(calls) - 1)]
    assert [call.partition(" --require-hashes -r ")[2] for call in calls] == files


def test_a_long_step_shows_what_its_command_is_doing_and_a_failed_one_its_whole_output() -> None:
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
