"""The errors that commands for people report."""

from collections.abc import Sequence
from typing import Self

from components.printable import printable_lines


class OperationError(Exception):
    """Something the user can act on.

    `what` says what went wrong, where, and with which value; `remedy` says what to do next.
    The command line prints both, without a traceback, and ends with exit code 1.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = printable_lines(what)
        self.remedy = printable_lines(remedy)

    @classmethod
    def of(cls, errors: Sequence["OperationError"]) -> Self:
        """Combine several errors into one."""
        remedies = dict.fromkeys(remedy for error in errors for remedy in error.remedy.splitlines())
        return cls("\n".join(error.what for error in errors), "\n".join(remedies))

    def __str__(self) -> str:
        return f"{self.what}\n  -> {self.remedy}" if self.remedy else self.what
