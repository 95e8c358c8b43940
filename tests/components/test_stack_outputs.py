import asyncio
from typing import Any

import pulumi
import pytest

from components import stack_outputs


def test_the_outputs_are_those_of_the_stack_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def invoke_async(token: str, given: dict[str, Any]) -> dict[str, Any]:
        assert (token, given) == ("pulumi:pulumi:readStackOutputs", {"name": "organization/lambda-images/dev"})
        return {"outputs": {"a": {"version": "1"}}}

    monkeypatch.setattr(stack_outputs, "invoke_async", invoke_async)
    monkeypatch.setattr(pulumi, "get_organization", lambda: "organization")
    monkeypatch.setattr(pulumi, "get_project", lambda: "lambda-images")
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    assert asyncio.run(stack_outputs.stack_outputs()) == {"a": {"version": "1"}}
