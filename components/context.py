"""The files of a build context, as Docker is sent them and as the docker plugin looks at them."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from components.dockerignore import IgnoreRules, Verdict
from components.errors import ComponentError, Problems


@dataclass(frozen=True)
class FileContent:
    mode: str
    """Permissions in octal, such as `0644`, or `link`."""
    digest: str
    """SHA-256 in hex; of the target's text for a symbolic link."""
    windows_script: bool = False
    """Whether it is a script, by its mode or its shell, whose first line ends with CRLF."""


_FIRST_LINE = re.compile(rb"#!([^\r\n]*)\r\n")
_SHELL = re.compile(rb"\b(ba|da|a|k|z)?sh\b")


def files_below(folder: Path, rules: IgnoreRules) -> dict[str, FileContent]:
    """By path within the folder, but for those left out. Raises ComponentError with all that can't be."""
    files: dict[str, FileContent] = {}
    problems = Problems()
    for path, entry in _walk(folder, rules, rules.top, problems):
        with problems.noted(), reading(f"make it readable, or name it in {rules.file}"):
            files[path] = _content(entry, folder, rules.file)
    problems.raise_any()
    return files


def regular_file(path: str | Path) -> FileContent:
    """Of what a link leads to, if it is one. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        first_line = _FIRST_LINE.match(os.pread(file.fileno(), 256, 0))
        windows_script = first_line is not None and bool(mode & 0o111 or _SHELL.search(first_line[1]))
        return FileContent(f"{mode:04o}", hashlib.file_digest(file, "sha256").hexdigest(), windows_script)


@contextmanager
def reading(remedy: str = "make it readable") -> Iterator[None]:
    """An OSError inside is a ComponentError that names the file."""
    try:
        yield
    except OSError as error:
        raise ComponentError(f"can't read '{error.filename}': {error.strerror}; {remedy}") from error


def _walk(
    folder: str | Path, rules: IgnoreRules, above: Verdict, problems: Problems, within: str = ""
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    entries: list[os.DirEntry[str]] = []
    with problems.noted(), reading(f"make it readable, or name it in {rules.file}"):
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        path = within + entry.name
        verdict = rules.judge(path, above)
        if entry.is_dir(follow_symlinks=False):
            if rules.readmits or not verdict.ignored:
                yield from _walk(entry.path, rules, verdict, problems, path + "/")
        elif not verdict.ignored:
            yield path, entry


def _content(entry: os.DirEntry[str], context: Path, ignore_file: str) -> FileContent:
    if entry.is_symlink():
        return _link(entry.path, context, ignore_file)
    if entry.is_file(follow_symlinks=False):
        return regular_file(entry.path)
    raise ComponentError(f"'{entry.path}' is a socket, pipe or device: remove it, or name it in {ignore_file}")


def _link(path: str, context: Path, ignore_file: str) -> FileContent:
    """Docker sends a link as it is. The docker plugin follows it on the machine it runs on: it fails where that leads
    nowhere, and where it leads out of the context the image would count as changed by another machine's files.

    https://github.com/pulumi/pulumi-docker/blob/master/provider/provider.go (hashPath)
    """
    target = os.readlink(path)
    try:
        leads_to = Path(path).resolve(strict=True)
    except (OSError, RuntimeError):
        raise _useless(path, target, "leads nowhere", ignore_file) from None
    if not leads_to.is_relative_to(context.resolve()):
        raise _useless(path, target, "leads out of the module's folder", ignore_file)
    return FileContent("link", hashlib.sha256(os.fsencode(target)).hexdigest())


def _useless(path: str, target: str, why: str, ignore_file: str) -> ComponentError:
    return ComponentError(
        f"the link '{path}' -> '{target}' {why}: put what it leads to in its place, make the link in the Dockerfile, "
        f"or name it in {ignore_file}"
    )
