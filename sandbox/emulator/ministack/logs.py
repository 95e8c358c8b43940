"""Writes the log of the emulator's process, with a limited size."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_LOG_BYTES = 5 << 20
"""The size at which the log is rotated. One old log is kept."""


class ProcessLog(RotatingFileHandler):
    """A rotating log that standard output and standard error are redirected to as well."""

    def __init__(self, file: Path, size: int = MAX_LOG_BYTES) -> None:
        super().__init__(file, maxBytes=size, backupCount=1)
        self._redirect_output()

    def doRollover(self) -> None:
        super().doRollover()
        self._redirect_output()

    def _redirect_output(self) -> None:
        assert self.stream is not None
        for descriptor in (1, 2):
            os.dup2(self.stream.fileno(), descriptor)


def write_to(file: Path) -> None:
    """Replace the handlers that MiniStack has given the root logger."""
    root = logging.getLogger()
    (theirs,) = root.handlers
    own = ProcessLog(file)
    own.setFormatter(theirs.formatter)
    root.handlers = [own]
