"""The errors that the sandbox reports to its user."""

import errno

from components.printable import printable
from operations.errors import OperationError


class SandboxError(OperationError):
    """Something about the sandbox that the user can act on."""


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
