"""Opens files so that nothing outside the checkout is read, despite links, pipes, devices and races."""

import errno
import functools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from components.errors import ComponentError
from components.files.regular_file import regular_file
from components.printable import printable

_NOTHING = {errno.ENOENT, errno.ELOOP, errno.ENOTDIR}
"""Errors of a path that is broken, circular, or leads through a file."""
_OCTAL = re.compile(rb"\\([0-7]{3})")
"""An escaped character, such as a space, in a path that the kernel writes: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html"""


@contextmanager
def reading(remedy: str = "make it readable") -> Iterator[None]:
    """Turn an OSError inside into a ComponentError that names the file."""
    try:
        yield
    except OSError as error:
        raise ComponentError(f"can't read '{printable(error.filename)}': {error.strerror}; {remedy}") from error


def refuse_outside(path: Path, checkout: Path = Path()) -> None:
    """Raise ComponentError if a path leads out of the checkout, which is the current folder by default."""
    real, top = os.path.realpath(path), os.path.realpath(checkout)
    if not Path(real).is_relative_to(top):
        what = "link" if path.is_symlink() else "path"
        where = f"the {what} '{printable(path)}' leads out of the checkout"
        raise ComponentError(f"{where}: put what it leads to in its place")
    for mount in mounts():
        if mount.startswith(f"{top}/") and f"{real}/".startswith(f"{mount}/"):
            where = f"'{printable(path)}' lies in '{printable(mount)}', which is mounted into the checkout"
            raise ComponentError(f"{where}: copy what is there in its place")


@functools.cache
def mounts() -> frozenset[str]:
    """The mount points of this machine; empty where they can't be read, as on macOS."""
    try:
        listed = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return frozenset()
    return frozenset(os.fsdecode(_OCTAL.sub(_char, line.split(b" ")[4])) for line in listed)


def _char(octal: re.Match[bytes]) -> bytes:
    return bytes([int(octal[1], 8)])


def read(path: Path, max_bytes: int, checkout: Path = Path()) -> bytes:
    """Read a file of the checkout of at most `max_bytes` bytes. Raises ComponentError, as `opened` does."""
    with opened(path, max_bytes, checkout) as file, reading():
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise _too_large(path, len(content), max_bytes)
    return content


@contextmanager
def opened(path: Path, max_bytes: int, checkout: Path) -> Iterator[FileIO]:
    """Open a regular file of the checkout, which links may lead to.

    Raises ComponentError for everything else, and for a file of more than `max_bytes` bytes.
    """
    refuse_outside(path, checkout)
    with reading():
        descriptor = _descriptor(path, checkout)
    if descriptor is None:
        raise ComponentError(f"'{printable(path)}' is not a file: delete it, or put one in its place")
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if (size := os.fstat(descriptor).st_size) > max_bytes:
            raise _too_large(path, size, max_bytes)
        yield file


def _too_large(path: Path, size: int, max_bytes: int) -> ComponentError:
    return ComponentError(f"{printable(path)} has {size:,} bytes, and it may have {max_bytes:,}: shorten it")


def _descriptor(path: Path, checkout: Path) -> int | None:
    """The descriptor of the file that a path leads to.

    The path is resolved once and then opened folder by folder from the checkout, so that links made since aren't
    followed.
    """
    top = os.path.realpath(checkout)
    at = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        *folders, name = Path(os.path.realpath(path, strict=True)).relative_to(top).parts or (".",)
        for folder in folders:
            within = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
            os.close(at)
            at = within
        return regular_file(name, at)
    except ValueError:  # it has led out of the checkout since it was checked
        return None
    except OSError as error:
        if error.errno in _NOTHING:
            return None
        raise
    finally:
        os.close(at)
