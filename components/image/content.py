"""The content of an image, and the content identity that decides whether a module is built again.

The identity covers every input that the docker plugin compares (files with their modes, the Dockerfile, the paths of
both, target, arguments, platform), so that changed content always gets a new tag. It doesn't depend on modification
times, empty folders, ignored files, commits, or the location of the checkout.
"""

import hashlib
import os
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.errors import ComponentError
from components.files.checkout import opened, read, reading, refuse_outside
from components.image import dockerignore
from components.image.context import FileContent, content_of, files_below
from components.image.dockerignore import IgnoreRules, PatternError
from components.json_text import json_text
from components.printable import printable

MAX_DOCKERFILE_BYTES = 2**20


@dataclass(frozen=True, kw_only=True)
class BuildSpec:
    """How an image is built. Paths are relative to the program and have forward slashes, as in `docker.Image`."""

    context: str
    platform: str
    """`linux/amd64` or `linux/arm64`."""
    dockerfile: str | None = None
    """Defaults to `Dockerfile` in the context."""
    target: str | None = None
    """The stage of the Dockerfile to build. Defaults to the last stage."""
    args: Mapping[str, str] = field(default_factory=dict)
    named_in: str | None = None
    """The folder in which records name files. Defaults to the context."""
    secrets: Sequence[str] = ()
    """The ids of the secrets that the build may read, without their values."""
    ssh: bool = False
    """Whether the build may use an SSH agent."""

    def __post_init__(self) -> None:
        for path in (self.context, self.dockerfile_path):
            if posixpath.isabs(path):
                raise ComponentError(
                    f"'{printable(path)}' is an absolute path, which differs by machine: use a relative path"
                )

    @property
    def mounts(self) -> dict[str, Any]:
        """What the build may read besides files; empty if nothing, so that other images keep their identities."""
        return {"mounts": {"secrets": sorted(self.secrets), "ssh": self.ssh}} if self.secrets or self.ssh else {}

    @property
    def dockerfile_path(self) -> str:
        return self.dockerfile or posixpath.normpath(posixpath.join(self.context, "Dockerfile"))

    def ignore_file(self, root: Path = Path()) -> str:
        """The ignore file of the Dockerfile if it exists, otherwise that of the context, which may not exist.

        https://docs.docker.com/build/concepts/context/#filename-and-location
        """
        own = f"{self.dockerfile_path}.dockerignore"
        return own if os.path.lexists(root / own) else posixpath.join(self.context, ".dockerignore")


@dataclass(frozen=True, kw_only=True)
class Content:
    """The files that an image is built from, read once."""

    spec: BuildSpec
    context: Mapping[str, FileContent]
    """The files that Docker is sent, by path within the context."""
    dockerfile_inputs: Mapping[str, FileContent]
    """The Dockerfile and its ignore file, which count even if they are ignored, linked, or outside the context."""

    @classmethod
    @reading()
    def read(cls, spec: BuildSpec, root: Path = Path(), checkout: Path | None = None) -> "Content":
        """Read the content. `root` is the program's folder, and `checkout` defaults to it.

        Nothing outside the checkout is read. Raises ComponentError.
        """
        folder, checkout = root / spec.context, checkout or root
        if not folder.is_dir():
            where = printable(spec.context)
            raise ComponentError(f"there is no folder '{where}' to build from: make it, or correct its path")
        refuse_outside(folder, checkout)
        dockerfile = root / spec.dockerfile_path
        if not dockerfile.is_file():
            where = printable(spec.dockerfile_path)
            raise ComponentError(f"there is no Dockerfile '{where}': write it, or correct its path")
        ignore_file = root / spec.ignore_file(root)
        inputs = [dockerfile, ignore_file] if os.path.lexists(ignore_file) else [dockerfile]
        return cls(
            spec=spec,
            dockerfile_inputs={os.path.relpath(file, folder): _read_input(file, checkout) for file in inputs},
            context=files_below(folder, ignore_rules(spec, root, checkout)),
        )

    @property
    def identity(self) -> str:
        """32 hex digits that are equal only for equal content."""
        inputs = {
            "context": self.spec.context,
            "dockerfile": self.spec.dockerfile_path,
            "target": self.spec.target,
            "args": dict(self.spec.args),
            "platform": self.spec.platform,
            **self.spec.mounts,
            "builderVersion": None,  # never set; without the key, every identity would change
            "files": {path: [file.mode, file.digest] for path, file in self.context.items()},
            "recipe": {path: file.digest for path, file in self.dockerfile_inputs.items()},
        }
        return hashlib.sha256(json_text(inputs).encode("ascii")).hexdigest()[:32]

    def ignores(self, path: str) -> bool:
        """Whether Docker is not sent what has this path within the context. Reads the ignore file again."""
        rules = ignore_rules(self.spec)
        verdict, parts = rules.top, path.split("/")
        for level in range(1, len(parts) + 1):
            verdict = rules.judge("/".join(parts[:level]), verdict)
        return verdict.ignored

    @property
    def record(self) -> dict[str, Any]:
        """The record that is compared to show why an image differs."""
        spec = self.spec
        of_image = {"target": spec.target, "args": dict(spec.args), "platform": spec.platform}
        context = {} if spec.named_in is None else {"context": spec.context}
        return {"files": self.file_hashes, **of_image, **spec.mounts, **context}

    @property
    def file_hashes(self) -> dict[str, str]:
        """`{path: "<mode> <12 hex digits>"}`, with paths as records name files."""
        files = {**self.context, **self.dockerfile_inputs}
        if self.spec.named_in is not None:
            to_context = posixpath.relpath(self.spec.context, self.spec.named_in)
            files = {posixpath.normpath(posixpath.join(to_context, path)): file for path, file in files.items()}
        return {_record_name(path): f"{file.mode} {file.digest[:12]}" for path, file in sorted(files.items())}


def _read_input(file: Path, checkout: Path) -> FileContent:
    """The content of a file, or of what it links to."""
    with opened(file, MAX_DOCKERFILE_BYTES, checkout) as opened_file:
        return content_of(opened_file)


def ignore_rules(spec: BuildSpec, root: Path = Path(), checkout: Path | None = None) -> IgnoreRules:
    """The rules of the ignore file that Docker reads. Raises ComponentError."""
    file = root / spec.ignore_file(root)
    if not os.path.lexists(file):
        return IgnoreRules((), str(file))
    written = read(file, dockerignore.MAX_FILE_BYTES, checkout or root).decode("utf-8", "surrogateescape")
    try:
        return IgnoreRules.parse(written, str(file))
    except PatternError as invalid:
        raise ComponentError(f"{printable(file)}: {printable(invalid)}") from invalid


def _record_name(path: str) -> str:
    """A printable form of a path: the engine refuses names that aren't UTF-8, and others would garble its output."""
    return printable(os.fsencode(path).decode("utf-8", "backslashreplace"))
