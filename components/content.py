"""What an image is made of: the content identity that decides whether a module is built again.

It covers every input by which the docker plugin sees an image as changed (files with their modes, the Dockerfile, the
paths of both, target, arguments, platform, builder), so that content which changes always gets a new tag. It knows
nothing of modification times, empty folders, ignored files, commits, or where the checkout lies.
"""

import hashlib
import json
import os
import posixpath
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from components.dockerignore import IgnoreRules, PatternError, Verdict
from components.errors import ComponentError


class ContentError(ComponentError):
    """What an image would be built from is missing, can't be read, or can't be put in an image."""


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
    builder_version: str | None = None
    """`BuilderBuildKit` or `BuilderV1`; to the plugin its default, given explicitly, is a change."""

    def __post_init__(self) -> None:
        for path in (self.context, self.dockerfile_path):
            if posixpath.isabs(path):
                raise ContentError(f"'{path}' is an absolute path, which differs by machine: give it relative")

    @property
    def dockerfile_path(self) -> str:
        return self.dockerfile or posixpath.normpath(posixpath.join(self.context, "Dockerfile"))


@dataclass(frozen=True)
class FileContent:
    mode: str
    """Permissions in octal, such as `0644`, or `link`."""
    digest: str
    """SHA-256 in hex; of the target's text for a symbolic link, which is never followed."""


def identity(spec: BuildSpec, root: Path = Path()) -> str:
    """32 hex digits that are equal for equal content only. Raises ContentError; `root` is the program's folder."""
    content = {
        "context": spec.context,
        "dockerfile": spec.dockerfile_path,
        "target": spec.target,
        "args": dict(spec.args),
        "platform": spec.platform,
        "builderVersion": spec.builder_version,
        "files": {path: [file.mode, file.digest] for path, file in context_files(spec, root).items()},
        "recipe": {path: file.digest for path, file in _recipe(spec, root).items()},
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:32]


def file_hashes(spec: BuildSpec, root: Path = Path()) -> dict[str, str]:
    """`{path in the context: "<mode> <12 hex digits>"}`, for people to compare. Raises ContentError."""
    files = context_files(spec, root) | _recipe(spec, root)
    return {_printable(path): f"{file.mode} {file.digest[:12]}" for path, file in sorted(files.items())}


def context_files(spec: BuildSpec, root: Path = Path()) -> dict[str, FileContent]:
    """What Docker is sent, by path within the context. Raises ContentError."""
    context = root / spec.context
    if not context.is_dir():
        raise ContentError(f"there is no folder '{spec.context}' to build an image from: make it, or mend its path")
    try:
        rules = _ignore_rules(spec, root)
        return {path: _content(entry) for path, entry in _walk(context, rules, rules.top)}
    except OSError as unreadable:
        raise _unreadable(unreadable) from unreadable


def _recipe(spec: BuildSpec, root: Path) -> dict[str, FileContent]:
    """The Dockerfile and its ignore file, which count even if ignored, linked, or outside of the context."""
    dockerfile, ignore_file = root / spec.dockerfile_path, _ignore_file(spec, root)
    if not dockerfile.is_file():
        raise ContentError(f"there is no Dockerfile '{spec.dockerfile_path}': write it, or mend its path")
    files = [file for file in (dockerfile, ignore_file) if file]
    try:
        return {os.path.relpath(file, root / spec.context): _regular_file(file, file.stat()) for file in files}
    except OSError as unreadable:
        raise _unreadable(unreadable) from unreadable


def _ignore_file(spec: BuildSpec, root: Path) -> Path | None:
    """The Dockerfile's own, else the context's.

    https://docs.docker.com/build/concepts/context/#filename-and-location
    """
    places = root / f"{spec.dockerfile_path}.dockerignore", root / spec.context / ".dockerignore"
    return next((place for place in places if place.exists()), None)


def _ignore_rules(spec: BuildSpec, root: Path) -> IgnoreRules:
    file = _ignore_file(spec, root)
    if file is None:
        return IgnoreRules(())
    try:
        return IgnoreRules.parse(file.read_bytes().decode("utf-8", "surrogateescape"))
    except PatternError as invalid:
        raise ContentError(f"{file}: {invalid}; mend the pattern") from invalid


def _walk(
    folder: str | Path, rules: IgnoreRules, above: Verdict, within: str = ""
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = within + entry.name
            verdict = rules.judge(path, above)
            if entry.is_dir(follow_symlinks=False):
                if rules.readmits or not verdict.ignored:
                    yield from _walk(entry.path, rules, verdict, path + "/")
            elif not verdict.ignored:
                yield path, entry


def _content(entry: os.DirEntry[str]) -> FileContent:
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        return FileContent("link", hashlib.sha256(os.fsencode(os.readlink(entry.path))).hexdigest())
    if stat.S_ISREG(status.st_mode):
        return _regular_file(entry.path, status)
    raise ContentError(f"'{entry.path}' is a socket, pipe or device: remove it, or name it in .dockerignore")


def _regular_file(path: str | Path, status: os.stat_result) -> FileContent:
    with open(path, "rb", buffering=0) as file:
        return FileContent(f"{stat.S_IMODE(status.st_mode):04o}", hashlib.file_digest(file, "sha256").hexdigest())


def _unreadable(error: OSError) -> ContentError:
    return ContentError(
        f"can't read '{error.filename}': {error.strerror}; make it readable, or name it in .dockerignore"
    )


def _printable(path: str) -> str:
    """A name that is no UTF-8 would be refused by the engine."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
