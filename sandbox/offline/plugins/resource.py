"""What a resource type and a function are to the plugin; `table_resource.py` implements most of it from a table."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Literal, TypeVar

from sandbox.offline.plugins.engine_log import Log
from sandbox.offline.plugins.errors import Checked
from sandbox.offline.plugins.values import Values

S = TypeVar("S")
"""What a provider's `configure` gives, such as a session with AWS clients."""


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
    """Set when the user interrupts: whoever waits should give up."""
    timeout: float = 0
    """Seconds from the resource's custom timeouts; 0: not given."""
    seed: bytes = b""
    """The engine's randomness for generated names; in Check only."""
    autonaming: Autonaming | None = None


@dataclass(frozen=True)
class Change:
    """How one property path differs, as the engine shows it."""

    kind: Literal["add", "delete", "update"]
    replaces: bool = False
    of_inputs: bool = False
    """Compare the new input with the old input instead of the output, where no output has this name."""


@dataclass(frozen=True)
class Difference:
    """What Diff answers; without `changed` it is "none", with `replaces` it is a replacement, else an update."""

    changed: list[str] = field(default_factory=list)
    """Top-level properties, outputs too."""
    replaces: list[str] = field(default_factory=list)
    detailed: Mapping[str, Change] = field(default_factory=dict)
    """By path of an input, such as `environment.variables.A` or `architectures[0]`."""


@dataclass(frozen=True)
class Found:
    """What Read answers about a thing that is there."""

    id: str
    inputs: Values
    outputs: Values


class Resource(ABC, Generic[S]):
    """A resource type, all verbs. Values hold UNKNOWN where the program does not know yet, in previews only."""

    token: ClassVar[str]
    """Such as `aws:ecr/repository:Repository`."""

    @abstractmethod
    def check(self, call: Call[S], old_inputs: Values, inputs: Values) -> Checked:
        """The inputs with defaults and generated names, or what is wrong with them."""

    @abstractmethod
    def diff(self, call: Call[S], id: str, old_inputs: Values, state: Values, inputs: Values) -> Difference: ...

    @abstractmethod
    def create(self, call: Call[S], inputs: Values, preview: bool) -> tuple[str, Values]:
        """The id (empty in a preview) and the outputs."""

    @abstractmethod
    def read(self, call: Call[S], id: str, inputs: Values, state: Values) -> Found | None:
        """None: it is gone. An import comes with the id alone: inputs and state are empty."""

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
    def check(self, arguments: Values) -> Checked: ...

    @abstractmethod
    def invoke(self, session: S, arguments: Values) -> Values: ...
