"""Queues and topics: of both there are FIFO ones, which keep the order of what is sent and have a name of their own."""

import re
from collections.abc import Sequence
from typing import ClassVar

from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, C
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import CrossPropertyRule, conflicting
from sandbox.offline.plugins.values import Values, has_unknown

_END = ".fifo"


class MaybeFifo(AwsResource[C]):
    fifo: ClassVar[str]
    """The property that says whether it is one."""
    kind: ClassVar[str]
    """What messages call it, such as `topic`."""
    fifo_kind: ClassVar[str]
    """What messages call those that are."""
    autonamed: ClassVar[tuple[str, int]]
    cross_property_rules: ClassVar[Sequence[CrossPropertyRule]] = (conflicting("name", "namePrefix"),)

    def format_generated_name(self, generated: str, inputs: Values) -> str:
        return f"{generated}{_END}" if inputs.get(self.fifo) is True else generated

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        name, fifo = planned["name"], planned[self.fifo]
        if not state and not has_unknown([name, fifo]):
            end, (_, longest) = _END if fifo else "", self.autonamed
            if not re.fullmatch(rf"[\w-]{{1,{longest - len(end)}}}{re.escape(end)}", name):
                raise Refused(f"invalid {self.kind} name: {name}")
        if planned["contentBasedDeduplication"] is True and fifo is False:
            raise Refused(f"content-based deduplication can only be set for {self.fifo_kind}")
