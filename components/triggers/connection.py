"""All triggers of one module."""

from collections.abc import Iterator
from typing import Any

import pulumi

from components.triggers import bucket, event_rule, queue, schedule, topic, url
from components.triggers.target import Outputs, Target

CREATE = (schedule.create, event_rule.create, queue.create, bucket.create, topic.create, url.create)
"""Each creates all triggers of one kind, and returns what callers need to know."""


def connect(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """Create what calls a module's function.

    Returns the module's outputs `functionUrl`, and `queueUrls`, `bucketNames` and `topicArns` by the names of the
    triggers, without those that are empty.
    """
    outputs = {key: value for create in CREATE for key, value in create(target, opts).items()}
    return {key: value for key, value in outputs.items() if value != {}}


def references(connected: Outputs) -> Iterator[tuple[str, pulumi.Input[Any]]]:
    """The values of those references to a module, by name, that `Triggers.references` has no text for."""
    if "functionUrl" in connected:
        yield "functionUrl", connected["functionUrl"]
    urls: Any = connected.get("queueUrls", {})
    yield from ((f"queues.{name}.url", url) for name, url in urls.items())
