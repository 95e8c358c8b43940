"""The log of the emulator's process, of bounded size."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_LOG_BYTES = 5 << 20
"""Bytes after which a log is put aside. One that was put aside before goes."""


class ProcessLog(RotatingFileHandler):
    """What is written to standard output and error goes into the same file, also after the change of files."""

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
    """In place of the handlers that MiniStack has given the root logger."""
    root = logging.getLogger()
    (theirs,) = root.handlers
    own = ProcessLog(file)
    own.setFormatter(theirs.formatter)
    root.handlers = [own]
