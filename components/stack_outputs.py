"""The outputs of the stack itself, as the last update that succeeded left them."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import invoke_async


async def stack_outputs() -> Mapping[str, Any]:
    """Return the outputs by name. There are none before the first update.

    https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    answer = await invoke_async("pulumi:pulumi:readStackOutputs", {"name": stack})
    outputs: Mapping[str, Any] = answer["outputs"]
    return outputs
