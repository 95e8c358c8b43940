"""The errors that the sandbox reports to its user."""

import errno
from collections.abc import Sequence

from components.printable import printable, printable_lines


class SandboxError(Exception):
    """Something the user can act on.

    `what` says what went wrong, where, and with which value; `remedy` says what to do next.
    The command line prints both, without a traceback, and ends with exit code 1.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = printable_lines(what)
        self.remedy = printable_lines(remedy)

    @classmethod
    def of(cls, errors: Sequence["SandboxError"]) -> "SandboxError":
        """Combine several errors into one."""
        remedies = dict.fromkeys(remedy for error in errors for remedy in error.remedy.splitlines())
        return cls("\n".join(error.what for error in errors), "\n".join(remedies))

    def __str__(self) -> str:
        return f"{self.what}\n  -> {self.remedy}" if self.remedy else self.what


_ROOM = "make room there, then run the command again"
_WRITABLE = "make it writable, or let SANDBOX_HOME name a folder that is"
_ACCESS = "give yourself access to it; for what the sandbox writes, SANDBOX_HOME can name another folder"
_OF_THE_MACHINE = {errno.ENOSPC: _ROOM, errno.EDQUOT: _ROOM, errno.EROFS: _WRITABLE, errno.EACCES: _ACCESS}


def machine_error(error: OSError, place: object) -> SandboxError | None:
    """Describe an error of the machine, such as a full or read-only disk. Returns None for any other error.

    `place` is used if the error names no file, as for a write to an open file.
    """
    remedy = _OF_THE_MACHINE.get(error.errno or 0)
    return SandboxError(f"{printable(error.filename or place)}: {error.strerror}", remedy) if remedy else None
