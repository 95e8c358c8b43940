"""Downloads the Pulumi engine that `.pulumi.version` names, and checks it against `.pulumi.sha256`."""

import hashlib
import platform
import shutil
import tarfile
import urllib.request
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout

DOWNLOAD_HOST = "get.pulumi.com"
RELEASES = f"https://{DOWNLOAD_HOST}/releases/sdk"
SUMS = ".pulumi.sha256"
"""A file of the checkout in the format of `sha256sum`. Pulumi publishes the same lines with each release."""
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def download_engine(layout: Layout, project: Path = PROJECT) -> None:
    """Install the engine into the tools' `bin` folder. Raises SandboxError."""
    version = (project / ".pulumi.version").read_text().strip()
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    name = f"pulumi-v{version}-{platform.system().lower()}-{machine}.tar.gz"
    unfinished = layout.tools / "download"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    archive = unfinished / name
    try:
        urllib.request.urlretrieve(f"{RELEASES}/{name}", archive)
    except OSError as failed:
        raise SandboxError(f"the download of {name} from {DOWNLOAD_HOST} failed: {failed}", "try again") from failed
    _check(archive, project / SUMS)
    with tarfile.open(archive) as files:
        files.extractall(unfinished, filter="data")
    shutil.rmtree(layout.tools / "bin", ignore_errors=True)
    (unfinished / "pulumi").rename(layout.tools / "bin")
    shutil.rmtree(unfinished)


def _check(archive: Path, sums: Path) -> None:
    known = {name: digest for digest, name in map(str.split, sums.read_text().splitlines())}
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if archive.name not in known:
        raise SandboxError(
            f"{sums.name} has no line for {archive.name}", f"add the one that Pulumi publishes: {DOWNLOAD_HOST}"
        )
    if found != known[archive.name]:
        raise SandboxError(
            f"what {DOWNLOAD_HOST} sent as {archive.name} has the sum {found}, "
            f"and {sums.name} says {known[archive.name]}",
            "don't use it: find out who changed it",
        )
