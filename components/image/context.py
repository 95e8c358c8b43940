"""The files of a build context, as Docker receives them and as the docker plugin compares them."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import FileIO
from itertools import islice
from pathlib import Path

from components.errors import ComponentError, Problems
from components.files.checkout import mounts, reading
from components.files.regular_file import regular_file
from components.image.dockerignore import IgnoreRules, Verdict
from components.printable import printable

MAX_CONTEXT_BYTES = 10 * 2**30
"""The limit of a context, which is that of an image.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
MAX_FOLDER_LEVELS = 200
"""How deep folders may be nested."""


@dataclass(frozen=True)
class FileContent:
    mode: str
    """Permissions in octal, such as `0644`, or `link`."""
    digest: str
    """SHA-256 of the content in hex, or of the target's text for a symbolic link.

    A Git LFS pointer has the digest of the content that it stands for.
    """
    windows_script: bool = False
    """Whether it is a script, by its mode, shell or name, whose first line ends with CRLF."""
    lfs_pointer: bool = False
    """Whether it is a pointer to the content that Git LFS keeps elsewhere."""


_FIRST_LINE = re.compile(rb"(?:#!([^\r\n]*))?[^\r\n]*\r\n")
_SHELL = re.compile(rb"\b(ba|da|a|k|z)?sh\b")
_SHELL_SCRIPT = (".sh", ".bash")

_LFS_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?P<extensions>(?:ext-[^\n]*\n)*)"
    rb"oid sha256:(?P<digest>[0-9a-f]{64})\nsize \d+\n"
)
"""https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"""
_MAX_LFS_POINTER_BYTES = 1024


def files_below(folder: Path, rules: IgnoreRules) -> dict[str, FileContent]:
    """The files of a folder that aren't ignored, by path within it. Raises ComponentError with all mistakes."""
    files: dict[str, FileContent] = {}
    problems = Problems()
    entries = list(_walk(folder, rules, rules.top, problems, os.path.realpath(folder)))
    _refuse_large(folder, entries, rules)
    for path, entry in entries:
        with problems.collecting(), _reading(rules):
            files[path] = _content(entry, folder, rules)
    problems.raise_any()
    return files


def content_of(file: FileIO, name: str = "") -> FileContent:
    """The content of a regular file. Raises OSError."""
    mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    start = os.pread(file.fileno(), _MAX_LFS_POINTER_BYTES, 0)
    pointer = _LFS_POINTER.fullmatch(start) if len(start) < _MAX_LFS_POINTER_BYTES else None
    if pointer and not pointer["extensions"]:  # what an extension has changed has another digest in the checkout
        digest = pointer["digest"].decode()
    else:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileContent(f"{mode:04o}", digest, _is_windows_script(start, mode, name), pointer is not None)


def _is_windows_script(start: bytes, mode: int, name: str) -> bool:
    line = _FIRST_LINE.match(start)
    if line is None:
        return False
    if line[1] is None:
        return name.endswith(_SHELL_SCRIPT)
    return bool(mode & 0o111 or _SHELL.search(line[1]))


def _reading(rules: IgnoreRules) -> AbstractContextManager[None]:
    return reading(f"make it readable, or name it in {printable(rules.file)}")


def _walk(
    folder: str | Path, rules: IgnoreRules, above: Verdict, problems: Problems, real: str, within: str = ""
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    entries: list[os.DirEntry[str]] = []
    with problems.collecting(), _reading(rules):
        _refuse_deep(folder, within, rules)
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        path = within + entry.name
        verdict, is_folder = rules.judge(path, above), entry.is_dir(follow_symlinks=False)
        if verdict.ignored and not (is_folder and rules.may_readmit_below(path)):
            continue
        if f"{real}/{path}" in mounts():
            problems.add([_mounted(entry.path, rules)])
        elif not is_folder:
            yield path, entry
        else:
            below = _walk(entry.path, rules, verdict, problems, real, path + "/")
            if verdict.ignored and not rules.are_sent_below(path):
                problems.add(_unsent(entry.path, path, file, rules) for _, file in islice(below, 1))
            else:
                yield from below


def _mounted(path: str, rules: IgnoreRules) -> str:
    return (
        f"'{printable(path)}' is mounted from elsewhere: copy what is there in its place, or name it in "
        f"{printable(rules.file)}"
    )


def _unsent(shown: str, folder: str, file: os.DirEntry[str], rules: IgnoreRules) -> str:
    return (
        f"a pattern readmits '{printable(file.path)}', but '{printable(shown)}' is left out, and not every version of "
        f"Docker looks into it then: readmit the folder with a line `!{printable(folder)}` in {printable(rules.file)}, "
        "and leave out below it what the image doesn't need"
    )


def _refuse_deep(folder: str | Path, within: str, rules: IgnoreRules) -> None:
    if within.count("/") > MAX_FOLDER_LEVELS:
        raise ComponentError(
            f"'{printable(folder)}' lies more than {MAX_FOLDER_LEVELS} folders deep: move it up, or name it, or a "
            f"folder around it, in {printable(rules.file)}"
        )


def _refuse_large(folder: Path, entries: list[tuple[str, os.DirEntry[str]]], rules: IgnoreRules) -> None:
    """Compares sizes as readers see them, because a sparse file takes less space on the disk."""
    sizes: dict[str, int] = {}
    with _reading(rules):
        for path, entry in entries:
            if entry.is_file(follow_symlinks=False):
                sizes[path] = entry.stat(follow_symlinks=False).st_size
    if (total := sum(sizes.values())) > MAX_CONTEXT_BYTES:
        largest = max(sizes, key=lambda path: sizes[path])
        raise ComponentError(
            f"'{printable(folder)}' has {total / 2**30:,.1f} GiB to build from, and an image may have "
            f"{MAX_CONTEXT_BYTES // 2**30}: name in {printable(rules.file)} what it doesn't need; the largest file, "
            f"'{printable(largest)}', has {sizes[largest] / 2**30:,.1f}"
        )


def _content(entry: os.DirEntry[str], context: Path, rules: IgnoreRules) -> FileContent:
    if entry.is_symlink():
        return _link(entry.path, context, rules)
    descriptor = regular_file(entry.path) if entry.is_file(follow_symlinks=False) else None
    if descriptor is None:
        what = f"'{printable(entry.path)}' is a socket, pipe or device"
        raise ComponentError(f"{what}: remove it, or name it in {printable(rules.file)}")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        return content_of(file, entry.name)


def _link(path: str, context: Path, rules: IgnoreRules) -> FileContent:
    """The content of a symbolic link, which is its target's path.

    Docker sends a link as it is, but the docker plugin follows it on its own machine. The plugin fails if the target
    doesn't exist, and a target outside the context would make the image depend on that machine's files.

    https://github.com/pulumi/pulumi-docker/blob/master/provider/provider.go (hashPath)
    """
    target = os.readlink(path)
    try:
        leads_to = Path(path).resolve(strict=True)
    except (OSError, RuntimeError):
        raise _refused_link(path, target, "is broken", "", rules) from None
    if not leads_to.is_relative_to(context.resolve()):
        why, more = f"leads out of the context '{printable(context)}'", "build from a `context` that has both, "
        raise _refused_link(path, target, why, more, rules)
    return FileContent("link", hashlib.sha256(os.fsencode(target)).hexdigest())


def _refused_link(path: str, target: str, why: str, more: str, rules: IgnoreRules) -> ComponentError:
    return ComponentError(
        f"the link '{printable(path)}' -> '{printable(target)}' {why}: put what it leads to in its place, {more}make "
        f"the link in the Dockerfile, or name it in {printable(rules.file)}"
    )
