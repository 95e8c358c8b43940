"""Builds images from Debian packages, which replace official images where those can't be pulled."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.docker.engine import DockerEngine
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import debian
from sandbox.process import run

Note = Callable[[str], None]
"""Shows what is being done."""

SOURCE = Path(__file__).parent / "base-image"
COMMON = SOURCE.with_name("stand-ins")
"""The folder whose files each image may copy."""
# Trixie has the same Python version as AWS's image. Documentation and locales are left out.
DEBOOTSTRAP = (
    *("mmdebstrap", "--variant=essential", "--include=python3,python3-pip,libstdc++6,ca-certificates"),
    *(f"--dpkgopt=path-exclude=/usr/share/{unused}/*" for unused in ("doc", "man", "locale")),
    "trixie",
)
_INDEXES = {
    "pip.conf": ("PIP_INDEX_URL", "index-url = "),
    "npmrc": ("NPM_CONFIG_REGISTRY", "registry="),
    "go.env": ("GOPROXY", "GOPROXY="),
}
"""By file: the host's variable with the address of a package index, and what precedes the address in the file."""


@dataclass(frozen=True)
class Context:
    files: Mapping[str, str]
    """The build context without the root file system, by file name: from its folder, from COMMON, and of this host."""

    @classmethod
    def read(cls, source: Path = SOURCE, environ: Mapping[str, str] = os.environ) -> "Context":
        """Read the context in a folder. With the host's certificates and indexes, builds reach the same packages.

        Raises SandboxError if the host has no certificates.
        """
        files = {path.name: path.read_text() for path in (*COMMON.iterdir(), *source.iterdir()) if path.is_file()}
        certificates = Path(environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt")
        try:
            files["ca-certificates.crt"] = certificates.read_text()
        except OSError as error:
            raise SandboxError(
                f"can't read the CA certificates: {error}", "install the package ca-certificates"
            ) from error
        for name, (variable, setting) in _INDEXES.items():
            index = environ.get(variable, "")
            if name in files and index and "@" not in index:  # one with a password must not end up in an image
                files[name] += f"{setting}{index}\n"
        return cls(files)

    @property
    def hash(self) -> str:
        """The hash of everything that the image is made from."""
        return hashed(*DEBOOTSTRAP, *(part for file in sorted(self.files.items()) for part in file))


def build(docker: DockerEngine, layout: Layout, note: Note, context: Context, options: Sequence[str]) -> None:
    """Build the image with these options of `docker build`."""
    packages = _packages(layout, note)
    with tempfile.TemporaryDirectory(dir=packages.parent, prefix="context-") as folder:
        (Path(folder) / "rootfs.tar").hardlink_to(packages)
        for name, text in context.files.items():
            (Path(folder) / name).write_text(text)
        note("adding what the image is for")
        docker.run("build", *options, folder, log=layout.logs / "base-image.log")


def hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _packages(layout: Layout, note: Note) -> Path:
    """Return a root file system as a tar file. It is kept with the tools, so that Docker's build cache can be used."""
    packages = layout.tools / "base-image" / f"{hashed(*DEBOOTSTRAP)}.tar"
    if not packages.exists():
        if shutil.which("mmdebstrap") is None:
            note("installing mmdebstrap")
            debian.install(["mmdebstrap", "debian-archive-keyring"])
        note("fetching Debian packages")
        packages.parent.mkdir(parents=True, exist_ok=True)
        unfinished = packages.with_suffix(f".{os.getpid()}.tar")
        run([*DEBOOTSTRAP, unfinished], log=layout.logs / "base-image.log")
        unfinished.rename(packages)
    return packages
