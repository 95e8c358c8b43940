import asyncio
from typing import Any

import pulumi
import pytest

from components import excluded
from components.excluded import MODULES, Excluded


def test_without_excluded_modules_nothing_is_asked() -> None:
    assert asyncio.run(Excluded.of({}).outputs()) == {}


def test_excluded_modules_keep_the_outputs_that_the_stack_has(monkeypatch: pytest.MonkeyPatch) -> None:
    async def invoke_async(token: str, given: dict[str, Any]) -> dict[str, Any]:
        assert (token, given) == ("pulumi:pulumi:readStackOutputs", {"name": "organization/lambda-images/dev"})
        return {"outputs": {"a": {"version": "1"}, "b": {"version": "2"}}}

    monkeypatch.setattr(excluded, "invoke_async", invoke_async)
    monkeypatch.setattr(pulumi, "get_organization", lambda: "organization")
    monkeypatch.setattr(pulumi, "get_project", lambda: "lambda-images")
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    assert asyncio.run(Excluded.of({MODULES: "b new"}).outputs()) == {"b": {"version": "2"}}
