"""How a handler reports errors to the engine."""

from dataclasses import dataclass, field

from components.printable import printable_lines
from sandbox.offline.plugins.values import Values


class Refused(Exception):
    """Makes the RPC fail. The user sees the message unchanged."""

    def __init__(self, reason: object) -> None:
        super().__init__(printable_lines(str(reason)))


@dataclass(frozen=True)
class CheckFailure:
    """One failure that Check found. The user sees `<type> resource '<name>' has a problem: <reason>`."""

    reason: str
    property: str = ""
    """Always empty, as in the official plugins, which name the property in the reason."""


class InitError(Refused):
    """The resource exists, but may differ from the plan. The engine stores the outputs and the reason in the state.

    The next run updates the resource even if the program and these outputs are the same.
    """

    def __init__(self, reason: str, id: str, outputs: Values) -> None:
        super().__init__(reason)
        self.id = id
        self.outputs = outputs


@dataclass(frozen=True)
class CheckResult:
    """The result of Check: the inputs with defaults, or the failures."""

    inputs: Values
    failures: list[CheckFailure] = field(default_factory=list)
