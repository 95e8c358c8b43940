"""The base class of queues and topics. FIFO ones keep the order of messages, and have names that end in .fifo."""

import re
from collections.abc import Sequence
from typing import ClassVar

from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, C
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import CrossPropertyRule, conflicts_with
from sandbox.offline.plugins.values import Values, has_unknown

_FIFO_SUFFIX = ".fifo"


class QueueOrTopic(AwsResource[C]):
    generated_name: ClassVar[tuple[str, int]]
    fifo: ClassVar[str]
    """The property that makes it FIFO."""
    kind: ClassVar[str]
    """Its name in error messages, such as `topic`."""
    fifo_kind: ClassVar[str]
    """The name of FIFO ones in error messages."""
    cross_property_rules: ClassVar[Sequence[CrossPropertyRule]] = (conflicts_with("name", "namePrefix"),)

    def format_generated_name(self, generated: str, inputs: Values) -> str:
        return f"{generated}{_FIFO_SUFFIX}" if inputs.get(self.fifo) is True else generated

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        name, fifo = planned["name"], planned[self.fifo]
        if not state and not has_unknown([name, fifo]):
            suffix, (_, max_length) = _FIFO_SUFFIX if fifo else "", self.generated_name
            if not re.fullmatch(rf"[\w-]{{1,{max_length - len(suffix)}}}{re.escape(suffix)}", name):
                raise Refused(f"invalid {self.kind} name: {name}")
        if planned["contentBasedDeduplication"] is True and fifo is False:
            raise Refused(f"content-based deduplication can only be set for {self.fifo_kind}")
