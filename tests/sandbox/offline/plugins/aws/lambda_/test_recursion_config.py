"""The setting by which Lambda lets recursive loops of a function go on."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.sandbox.offline.plugins.conformance.world import zip_function
from tests.sandbox.offline.plugins.engine import Engine

RECURSION = "aws:lambda/functionRecursionConfig:FunctionRecursionConfig"
NAME = "looping"
ALLOWED = {"functionName": NAME, "recursiveLoop": "Allow"}


@pytest.fixture(autouse=True)
def function(cloud: Any) -> Iterator[None]:
    zip_function(cloud("lambda"), NAME)
    yield
    with suppress(cloud("lambda").exceptions.ResourceNotFoundException):
        cloud("lambda").delete_function(FunctionName=NAME)


def loop(cloud: Any) -> str:
    return str(cloud("lambda").get_function_recursion_config(FunctionName=NAME)["RecursiveLoop"])


def test_loops_are_allowed_until_the_setting_changes_or_is_deleted(engine: Engine, cloud: Any) -> None:
    id, state = engine.create(RECURSION, ALLOWED)
    assert (id, loop(cloud)) == (NAME, "Allow")
    assert {name: state[name] for name in ALLOWED} == ALLOWED

    stopped = {**ALLOWED, "recursiveLoop": "Terminate"}
    assert engine.diff(RECURSION, id, state, ALLOWED, stopped).verdict == "update"
    engine.update(RECURSION, id, state, ALLOWED, stopped)
    assert loop(cloud) == "Terminate"

    cloud("lambda").put_function_recursion_config(FunctionName=NAME, RecursiveLoop="Allow")
    _, inputs, read = engine.read(RECURSION, id, stopped, state)
    assert (inputs["recursiveLoop"], read["recursiveLoop"]) == ("Allow", "Allow")
    engine.delete(RECURSION, id, ALLOWED, state)
    assert loop(cloud) == "Terminate"


def test_it_may_be_deleted_after_its_function(engine: Engine, cloud: Any) -> None:
    id, state = engine.create(RECURSION, ALLOWED)
    cloud("lambda").delete_function(FunctionName=NAME)
    engine.delete(RECURSION, id, ALLOWED, state)
    assert engine.read(RECURSION, id, ALLOWED, state)[0] == ""


def test_it_is_of_one_function_and_has_no_other_values(engine: Engine) -> None:
    id, state = engine.create(RECURSION, ALLOWED)
    assert engine.diff(RECURSION, id, state, ALLOWED, {**ALLOWED, "functionName": "x"}).replaces == ["functionName"]
    assert engine.check(RECURSION, {**ALLOWED, "recursiveLoop": "Deny"})[1] != []
    assert engine.check(RECURSION, {"functionName": NAME})[1] != []
