"""All triggers of one module."""

import pulumi

from components.triggers import bucket, queue, route, schedule, topic, url
from components.triggers.target import Outputs, Target

CREATE = (schedule.create, queue.create, bucket.create, topic.create, url.create, route.create)
"""Each creates all triggers of one kind, and returns what callers need to know."""


def connect(target: Target, opts: pulumi.ResourceOptions) -> Outputs:
    """Create what calls a module's function.

    Returns the module's outputs `functionUrl`, `queueUrls`, `bucketNames` and `topicArns` by the names of the triggers,
    and `routeUrls` by method and path, without those that are empty.
    """
    outputs = {key: value for create in CREATE for key, value in create(target, opts).items()}
    return {key: value for key, value in outputs.items() if value != {}}
