import inspect
from typing import Any

import pulumi
import pytest
from pulumi.runtime import resource

from components.sdk import spare_needless_work
from tests.components.mocks import deploy

GROUP = "lambda-images:index:LambdaModule"
STASH = "pulumi:index:Stash"


class Group(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__(GROUP, name)
        pulumi.Stash(name, input=1, opts=pulumi.ResourceOptions(parent=self))


def program() -> pulumi.Output[str]:
    pulumi.log.warn("beware")
    return Group("group").urn


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the engine is sent. At the end, the SDK is as before."""
    for module, name in ((pulumi.log, "debug"), (resource, "_get_stack_trace"), (resource, "_get_source_position")):
        monkeypatch.setattr(module, name, getattr(module, name))
    sent: list[str] = []
    monkeypatch.setattr(pulumi.log, "_log", lambda engine, severity, message, *_: sent.append(message))
    return sent


def requests() -> list[Any]:
    """What the engine is sent about the component and the resource."""
    _, recording = deploy(program)
    return [recording.requests[kind, "group"] for kind in (GROUP, STASH)]


def lines(source: Any) -> range:
    text, first = inspect.getsourcelines(source)
    return range(first, first + len(text))


def test_of_a_resource_only_the_line_that_makes_it_is_recorded(messages: list[str]) -> None:
    whole = requests()
    assert all(len(request.stackTrace.frames) > 5 for request in whole)
    spare_needless_work()
    spared = requests()
    assert [len(request.stackTrace.frames) for request in spared] == [0, 0]
    group, stash = (request.sourcePosition for request in spared)
    assert [group, stash] == [request.sourcePosition for request in whole]
    assert group.uri == stash.uri == f"file://{__file__}"
    assert (group.line in lines(program), stash.line in lines(Group)) == (True, True)


def test_only_debug_messages_are_not_sent(messages: list[str]) -> None:
    deploy(program)
    assert {"beware"} < set(messages)
    messages.clear()
    spare_needless_work()
    deploy(program)
    assert messages == ["beware"]
