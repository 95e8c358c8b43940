"""What is known of each module: from the stack's state, from AWS, and from the checkout."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from delivery.changes import served_records
from sandbox import stack
from sandbox.functions import Functions
from sandbox.layout import Layout
from sandbox.session import attached
from sandbox.working_tree import Compared, compare


@dataclass(frozen=True)
class Status:
    module: str
    deployed: dict[str, str] | None
    """What the stack says of it; None for one that isn't deployed yet."""
    served: tuple[str, datetime] | None
    """The version that `live` points at, and when it was published; None if it was deleted, or isn't there yet."""
    invoked: datetime | None
    compared: Compared


def statuses(layout: Layout) -> Iterator[Status]:
    """Of the modules that are deployed or in the checkout, by name."""
    functions = Functions(attached(layout))
    outputs = stack.outputs(layout)
    compared = compare(layout, served_records(stack.resources(layout)))
    for module in sorted(outputs.keys() | compared.keys()):
        deployed = outputs.get(module)
        served = functions.published(deployed["functionName"]) if deployed else None
        invoked = functions.last_invoked(deployed["logGroup"]) if deployed else None
        yield Status(module, deployed, served, invoked, compared.get(module, Compared("gone")))
