"""Opens a path that may be anything: a link, a pipe without a writer, or an endless device."""

import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def regular_file(path: str | Path, folder: int | None = None) -> int | None:
    """The descriptor of a regular file, or None for anything else. Raises OSError, also for a link.

    `folder` is the descriptor of the folder that a relative path begins at.
    """
    descriptor = os.open(path, _FLAGS, dir_fd=folder)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None
