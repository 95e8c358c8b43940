"""The interfaces of resource types and functions. `table_resource.py` implements most of a type from a table."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Literal, TypeVar

from sandbox.offline.plugins.engine_log import Log
from sandbox.offline.plugins.errors import CheckResult
from sandbox.offline.plugins.values import Values

S = TypeVar("S")
"""What a provider's `configure` returns, such as a session with AWS clients."""


@dataclass(frozen=True)
class Autonaming:
    """The engine's naming configuration (`pulumi:autonaming`)."""

    mode: Literal["propose", "enforce", "disable"]
    proposed: str = ""


@dataclass(frozen=True)
class Call(Generic[S]):
    """One RPC about one resource."""

    session: S
    urn: str
    name: str
    """The logical name in the program."""
    log: Log
    cancelled: threading.Event
    """Set when the user interrupts the update: calls that wait should end."""
    timeout: float = 0
    """Seconds, from the resource's custom timeouts. 0 if none is set."""
    seed: bytes = b""
    """Random bytes from the engine for generated names, in Check only."""
    autonaming: Autonaming | None = None


@dataclass(frozen=True)
class PropertyDiff:
    """A difference at one property path, as the engine shows it."""

    kind: Literal["add", "delete", "update"]
    replaces: bool = False
    of_inputs: bool = False
    """Whether the engine compares the new input with the old input, because no output has this name."""


@dataclass(frozen=True)
class DiffResult:
    """The result of Diff: no difference without `changed`, a replacement with `replaces`, otherwise an update."""

    changed: list[str] = field(default_factory=list)
    """Top-level properties, including outputs."""
    replaces: list[str] = field(default_factory=list)
    detailed: Mapping[str, PropertyDiff] = field(default_factory=dict)
    """The differences by the path of an input, such as `environment.variables.A` or `architectures[0]`."""
    delete_before_replace: bool = False
    """Whether a replacement deletes the old resource first."""


@dataclass(frozen=True)
class ReadResult:
    """The result of Read for a resource that exists."""

    id: str
    inputs: Values
    outputs: Values


class Resource(ABC, Generic[S]):
    """A resource type. In previews, values that the program doesn't know yet are UNKNOWN."""

    token: ClassVar[str]
    """The type token, such as `aws:ecr/repository:Repository`."""

    @abstractmethod
    def check(self, call: Call[S], old_inputs: Values, inputs: Values) -> CheckResult:
        """Returns the inputs with generated names, and the failures. Raises Refused."""

    @abstractmethod
    def diff(self, call: Call[S], id: str, old_inputs: Values, state: Values, inputs: Values) -> DiffResult: ...

    @abstractmethod
    def create(self, call: Call[S], inputs: Values, preview: bool) -> tuple[str, Values]:
        """Returns the id, which is empty in a preview, and the outputs."""

    @abstractmethod
    def read(self, call: Call[S], id: str, inputs: Values, state: Values) -> ReadResult | None:
        """Returns None if the resource doesn't exist. In an import, inputs and state are empty."""

    @abstractmethod
    def update(
        self, call: Call[S], id: str, old_inputs: Values, state: Values, inputs: Values, preview: bool
    ) -> Values: ...

    @abstractmethod
    def delete(self, call: Call[S], id: str, old_inputs: Values, state: Values) -> None: ...


class Function(ABC, Generic[S]):
    """A function that programs invoke, such as `aws:index/getRegion:getRegion`."""

    token: ClassVar[str]

    @abstractmethod
    def check(self, arguments: Values) -> CheckResult: ...

    @abstractmethod
    def invoke(self, session: S, arguments: Values) -> Values: ...
