"""What an image is made of: the content identity that decides whether a module is built again.

It covers every input by which the docker plugin sees an image as changed (files with their modes, the Dockerfile, the
paths of both, target, arguments, platform), so that content which changes always gets a new tag. It knows
nothing of modification times, empty folders, ignored files, commits, or where the checkout lies.
"""

import hashlib
import os
import posixpath
from collections.abc import Mapping
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
"""Bytes."""


@dataclass(frozen=True, kw_only=True)
class BuildSpec:
    """How an image is built; paths are relative to the program, with forward slashes, as `docker.Image` gets them."""

    context: str
    platform: str
    """`linux/amd64` or `linux/arm64`."""
    dockerfile: str | None = None
    """`Dockerfile` in the context by default."""
    target: str | None = None
    """The stage of the Dockerfile to stop at; the last one by default."""
    args: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in (self.context, self.dockerfile_path):
            if posixpath.isabs(path):
                raise ComponentError(
                    f"'{printable(path)}' is an absolute path, which differs by machine: use a relative path"
                )

    @property
    def dockerfile_path(self) -> str:
        return self.dockerfile or posixpath.normpath(posixpath.join(self.context, "Dockerfile"))

    def ignore_file(self, root: Path = Path()) -> str:
        """The Dockerfile's own where that exists, else the context's, which need not.

        https://docs.docker.com/build/concepts/context/#filename-and-location
        """
        own = f"{self.dockerfile_path}.dockerignore"
        return own if os.path.lexists(root / own) else posixpath.join(self.context, ".dockerignore")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a spec makes an image of, read once."""

    spec: BuildSpec
    context: Mapping[str, FileContent]
    """What Docker is sent, by path within the context."""
    dockerfile_inputs: Mapping[str, FileContent]
    """The Dockerfile and its ignore file, which count even if ignored, linked, or outside of the context."""

    @classmethod
    @reading()
    def read(cls, spec: BuildSpec, root: Path = Path(), checkout: Path | None = None) -> "Content":
        """`root` is the program's folder; nothing is read outside the checkout, which is that too if not given.

        Raises ComponentError.
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
            context=files_below(folder, _ignore_rules(ignore_file, checkout)),
        )

    @property
    def identity(self) -> str:
        """32 hex digits that are equal for equal content only."""
        inputs = {
            "context": self.spec.context,
            "dockerfile": self.spec.dockerfile_path,
            "target": self.spec.target,
            "args": dict(self.spec.args),
            "platform": self.spec.platform,
            "builderVersion": None,  # never set; without the key, every identity would change
            "files": {path: [file.mode, file.digest] for path, file in self.context.items()},
            "recipe": {path: file.digest for path, file in self.dockerfile_inputs.items()},
        }
        return hashlib.sha256(json_text(inputs).encode("ascii")).hexdigest()[:32]

    @property
    def windows_scripts(self) -> list[str]:
        """Paths of scripts that Linux can't run, for their first line names an interpreter and a carriage return."""
        return [path for path, file in self.context.items() if file.windows_script]

    @property
    def record(self) -> dict[str, Any]:
        """What people compare to see why an image differs."""
        spec = self.spec
        return {"files": self.file_hashes, "target": spec.target, "args": dict(spec.args), "platform": spec.platform}

    @property
    def file_hashes(self) -> dict[str, str]:
        """`{path in the context: "<mode> <12 hex digits>"}`."""
        files = {**self.context, **self.dockerfile_inputs}
        return {_record_name(path): f"{file.mode} {file.digest[:12]}" for path, file in sorted(files.items())}


def _read_input(file: Path, checkout: Path) -> FileContent:
    """Of what a link leads to, if it is one."""
    with opened(file, MAX_DOCKERFILE_BYTES, checkout) as opened_file:
        return content_of(opened_file)


def _ignore_rules(file: Path, checkout: Path) -> IgnoreRules:
    if not os.path.lexists(file):
        return IgnoreRules((), str(file))
    written = read(file, dockerignore.MAX_FILE_BYTES, checkout).decode("utf-8", "surrogateescape")
    try:
        return IgnoreRules.parse(written, str(file))
    except PatternError as invalid:
        raise ComponentError(f"{printable(file)}: {printable(invalid)}") from invalid


def _record_name(path: str) -> str:
    """A name that is not UTF-8 would be refused by the engine; others would garble what it shows."""
    return printable(os.fsencode(path).decode("utf-8", "backslashreplace"))
