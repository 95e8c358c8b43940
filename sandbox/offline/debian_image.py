"""Builds a base image from Debian packages, which replaces AWS's image where that can't be pulled."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.docker.engine import DockerEngine
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import debian
from sandbox.process import run
from sandbox.progress import Step

SOURCE = Path(__file__).parent / "base-image"
# Trixie has the same Python version as AWS's image. Documentation and locales are left out.
DEBOOTSTRAP = (
    *("mmdebstrap", "--variant=essential", "--include=python3,python3-pip,libstdc++6,ca-certificates"),
    *(f"--dpkgopt=path-exclude=/usr/share/{unused}/*" for unused in ("doc", "man", "locale")),
    "trixie",
)


@dataclass(frozen=True)
class Context:
    files: Mapping[str, str]
    """The build context without the root file system, by file name: what base-image/ has and what this host adds."""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Context":
        """Read the context. With the host's certificates and package index, `pip` in a build reaches the same index.

        Raises SandboxError if the host has no certificates.
        """
        files = {path.name: path.read_text() for path in SOURCE.iterdir()}
        certificates = Path(environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
        try:
            files["ca-certificates.crt"] = certificates.read_text()
        except OSError as error:
            raise SandboxError(
                f"can't read the CA certificates: {error}", "install the package ca-certificates"
            ) from error
        index = environ.get("PIP_INDEX_URL", "")
        if index and "@" not in urlsplit(index).netloc:  # one with a password must not end up in an image
            files["pip.conf"] += f"index-url = {index}\n"
        return cls(files)

    @property
    def hash(self) -> str:
        """The hash of everything that the image is made from."""
        return hashed(*DEBOOTSTRAP, *(part for file in sorted(self.files.items()) for part in file))


def build(docker: DockerEngine, layout: Layout, step: Step, context: Context, options: Sequence[str]) -> None:
    """Build the image with these options of `docker build`."""
    packages = _packages(layout, step)
    with tempfile.TemporaryDirectory(dir=packages.parent, prefix="context-") as folder:
        (Path(folder) / "rootfs.tar").hardlink_to(packages)
        for name, text in context.files.items():
            (Path(folder) / name).write_text(text)
        step.note("adding the Lambda runtime")
        docker.run("build", *options, folder, log=layout.logs / "base-image.log")


def hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _packages(layout: Layout, step: Step) -> Path:
    """Return a root file system as a tar file. It is kept with the tools, so that Docker's build cache can be used."""
    packages = layout.tools / "base-image" / f"{hashed(*DEBOOTSTRAP)}.tar"
    if not packages.exists():
        if shutil.which("mmdebstrap") is None:
            step.note("installing mmdebstrap")
            debian.install(["mmdebstrap", "debian-archive-keyring"])
        step.note("fetching Debian packages")
        packages.parent.mkdir(parents=True, exist_ok=True)
        unfinished = packages.with_suffix(f".{os.getpid()}.tar")
        run([*DEBOOTSTRAP, unfinished], log=layout.logs / "base-image.log")
        unfinished.rename(packages)
    return packages
