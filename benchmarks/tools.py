"""Installs tools from PyPI, each in its own environment, because they may conflict with the project's packages."""

import hashlib
import shutil
import sys
from pathlib import Path

from sandbox.layout import Layout
from sandbox.process import run
from sandbox.progress import Progress

REQUIREMENTS = Path(__file__).with_name("requirements")


def installed(name: str, layout: Layout, progress: Progress) -> Path:
    """Install `requirements/NAME.txt` once, and return the folder with its executables."""
    requirements = REQUIREMENTS / f"{name}.txt"
    version = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = layout.tools / "benchmarks" / f"{name}-{version}"
    finished = folder / "finished"
    if not finished.exists() or finished.read_text() != str(folder):  # its scripts contain the folder's path
        with progress.step(f"Install {name}") as step:
            shutil.rmtree(folder, ignore_errors=True)
            log = layout.logs / "benchmark-tools.log"
            run([sys.executable, "-m", "venv", folder], log=log)
            step.note(f"from PyPI, into {layout.display_path(folder)}")
            # The lock is complete. pip 23.2, which comes with Python 3.11, would look for `package[extra]` beside it.
            install = ["install", "--quiet", "--no-deps", "--require-hashes", f"--requirement={requirements}"]
            run([folder / "bin" / "pip", *install], log=log)
            finished.write_text(str(folder))
    return folder / "bin"
