import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.layout import PROJECT


@pytest.mark.sandbox
@pytest.mark.usefixtures("docker")
def test_down_of_a_sandbox_that_was_never_up_is_not_an_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "down"],
        cwd=PROJECT,
        env={**os.environ, "SANDBOX_HOME": str(tmp_path)},
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 containers and 0 image tags removed" in done.stdout
