import subprocess
import sys
from pathlib import Path

LONGEST = 300
"""Seconds: it takes a few, and what hangs takes for ever."""


def test_no_input_hangs_or_crashes_the_program() -> None:
    command = [sys.executable, "-m", "tests.components.hostile_inputs"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, errors="replace", timeout=LONGEST
    )
    assert done.returncode == 0, done.stderr[-5000:]
