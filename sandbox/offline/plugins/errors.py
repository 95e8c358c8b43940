"""How a handler says no."""

from dataclasses import dataclass, field

from components.printable import printable_lines
from sandbox.offline.plugins.values import Values


class Refused(Exception):
    """Fails the RPC; its text reaches the user as it stands."""

    def __init__(self, reason: object) -> None:
        super().__init__(printable_lines(str(reason)))


@dataclass(frozen=True)
class Failure:
    """One finding of Check; the user sees `<type> resource '<name>' has a problem: <reason>`."""

    reason: str
    property: str = ""
    """Left empty as the recorded plugins do: they name the property in the reason."""


class HalfDone(Refused):
    """The thing exists, but may not be as planned: the engine records both the outputs and the reason.

    The next run updates it, even where the program and those outputs are the same.
    """

    def __init__(self, reason: str, id: str, outputs: Values) -> None:
        super().__init__(reason)
        self.id = id
        self.outputs = outputs


@dataclass(frozen=True)
class Checked:
    """What Check answers."""

    inputs: Values
    failures: list[Failure] = field(default_factory=list)
