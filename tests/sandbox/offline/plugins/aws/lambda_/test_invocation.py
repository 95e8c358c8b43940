"""Invocations with the CRUD scope, which updates and deletes send too, and invocations that fail."""

import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.sandbox.offline.plugins.conformance.world import zip_function
from tests.sandbox.offline.plugins.engine import Engine

INVOCATION = "aws:lambda/invocation:Invocation"
NAME = "invoked"


@pytest.fixture(scope="module", autouse=True)
def function(cloud: Any) -> Iterator[None]:
    """Version 1 answers `{"v": "v1", "event": <the event>}`, version 2 with `v2`."""
    zip_function(cloud("lambda"), NAME)
    yield
    cloud("lambda").delete_function(FunctionName=NAME)


def test_the_crud_scope_sends_an_update_with_the_previous_input(engine: Engine) -> None:
    program = {"functionName": NAME, "qualifier": "1", "input": '{"k": 1}', "lifecycleScope": "CRUD"}
    inputs, _ = engine.check(INVOCATION, program)
    id, state = engine.create(INVOCATION, inputs)
    assert json.loads(state["result"])["event"] == {"k": 1, "tf": {"action": "create", "prev_input": None}}

    changed = {**inputs, "input": '{"k": 2}'}
    diff = engine.diff(INVOCATION, id, state, inputs, changed)
    assert (diff.verdict, diff.diffs) == ("update", ["input", "result"])
    assert engine.update(INVOCATION, id, state, inputs, changed, preview=True)["result"] == "<unknown>"

    updated = engine.update(INVOCATION, id, state, inputs, changed)
    assert json.loads(updated["result"])["event"] == {"k": 2, "tf": {"action": "update", "prev_input": {"k": 1}}}
    assert updated["id"] != id
    engine.delete(INVOCATION, updated["id"], changed, updated)


def test_the_crud_scope_invokes_the_function_on_the_delete(engine: Engine) -> None:
    program = {"functionName": NAME, "input": '{"k": 1}', "lifecycleScope": "CRUD"}
    id, state = engine.create(INVOCATION, engine.check(INVOCATION, program)[0])
    with pytest.raises(grpc.RpcError, match="asked to fail"):
        engine.delete(INVOCATION, id, program, {**state, "input": '{"fail": true}'})


def test_an_error_of_the_function_is_shown_unchanged_and_its_log_after_it(engine: Engine) -> None:
    inputs, _ = engine.check(INVOCATION, {"functionName": NAME, "qualifier": "2", "input": '{"fail": true}'})
    with pytest.raises(grpc.RpcError) as refused:
        engine.create(INVOCATION, inputs)
    message, _, answer = str(refused.value.details()).partition(": ")
    answer, shown, log = answer.partition("\nThe end of its log:\n")
    assert message == f"invoking Lambda Function ({NAME})"
    assert json.loads(answer)["errorMessage"] == "asked to fail"
    assert shown
    assert all(line.startswith("  |") for line in log.splitlines())
