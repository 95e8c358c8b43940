"""The alias that triggers call in tests, and a program that makes one trigger for it."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.components.mocks import ACCOUNT, REGION, Recording, deploy

FUNCTION = "dev-thumbnail"
ALIAS_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}:live"


def connected(make: Callable[[aws.lambda_.Alias], pulumi.Output[Any]]) -> tuple[Any, Recording]:
    """What `make` gives for the alias `live`, and all that was registered."""

    def program() -> pulumi.Output[Any]:
        return make(aws.lambda_.Alias("thumbnail-live", name="live", function_name=FUNCTION, function_version="7"))

    return deploy(program)


def waits(recording: Recording, waiting: str, awaited: str) -> bool:
    """Whether a resource of one type depends on one of another."""
    return any(awaited in urn for urn in recording.request(waiting).dependencies)
