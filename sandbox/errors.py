"""The one kind of error the sandbox raises on purpose."""


class SandboxError(Exception):
    """Something the user can act on.

    `what` says what went wrong, where, and with which value; `remedy` says what to do next.
    The command line prints both, without a traceback, and ends with exit code 1.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  -> {self.remedy}" if self.remedy else self.what
