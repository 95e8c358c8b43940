"""A checkout that can't be written but for `.sandbox/`, on which there is too little room at first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.engine import stack_settings
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

SCRIPT = """
set -eu
mount --bind . .
mount -t tmpfs -o size=24m tmpfs .sandbox
mount -o remount,ro,bind .
cd "$PWD"  # into the mount
touch written 2>/dev/null && echo "the checkout can be written"
trap '"$0" -m sandbox down >/dev/null' EXIT
"$0" -m sandbox up >&2 || echo "up ended with $?"
mount -o remount,size=1g .sandbox
"$0" -m sandbox up >/dev/null
"$0" -m sandbox invoke adder
"""


@pytest.mark.sandbox
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount")
def test_a_full_disk_is_told_and_nothing_but_the_sandboxs_folder_is_ever_written(
    docker: DockerEngine, tmp_path: Path
) -> None:
    checkout = Checkout.at(tmp_path / "checkout")
    checkout.add("adder", TINY / "adder")
    shutil.copy2(checkout.root / stack_settings.DEFAULTS, checkout.root)  # as an earlier command has made it
    checkout.home.mkdir()
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", SCRIPT, sys.executable],
        cwd=checkout.root,
        env=checkout.environment,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'up ended with 1\n{\n  "sum": 6\n}\n'
    assert f"No space left on device at {checkout.home}/emulator/layers" in done.stderr
    assert "Traceback" not in done.stderr
