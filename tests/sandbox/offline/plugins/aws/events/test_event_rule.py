"""Rules of EventBridge and their targets, according to the source of the Terraform provider."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.sandbox.offline.plugins.engine import Engine

RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
PATTERN = '{"source": ["shop"], "detail": {"state": ["open"]}}'
NORMAL = '{"detail":{"state":["open"]},"source":["shop"]}'
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:called"
BUS = "shop-events"
BUS_ARN = f"arn:aws:events:us-east-1:000000000000:event-bus/{BUS}"


@pytest.fixture(autouse=True)
def bus_of_the_shop(cloud: Any) -> Iterator[None]:
    cloud("events").create_event_bus(Name=BUS)
    yield
    cloud("events").delete_event_bus(Name=BUS)


def test_a_rule_is_created_changed_and_deleted(engine: Engine, cloud: Any) -> None:
    inputs = {"name": "orders", "eventPattern": PATTERN, "tags": {"team": "shop"}}
    planned = engine.create(RULE, inputs, preview=True)[1]
    assert (planned["eventPattern"], planned["arn"]) == (NORMAL, "<unknown>")
    assert "state" not in planned
    id, state = engine.create(RULE, inputs)
    assert (id, state["state"], state["isEnabled"], state["eventBusName"]) == ("orders", "ENABLED", True, "default")
    assert state["arn"] == "arn:aws:events:us-east-1:000000000000:rule/orders"
    assert engine.diff(RULE, id, state, inputs, inputs).verdict == "none"
    assert engine.read(RULE, id, inputs, state) == (id, {**inputs, "eventPattern": NORMAL}, state)

    changed = {**inputs, "eventPattern": '{"source": ["till"]}', "tags": {"team": "till"}}
    assert engine.diff(RULE, id, state, inputs, changed).diffs == ["eventPattern", "tags", "tagsAll"]
    state = engine.update(RULE, id, state, inputs, changed)
    assert (state["eventPattern"], state["tags"]) == ('{"source":["till"]}', {"team": "till"})
    assert cloud("events").describe_rule(Name="orders")["EventPattern"] == '{"source":["till"]}'
    engine.delete(RULE, id, changed, state)
    assert engine.read(RULE, id, changed, state)[0] == ""


@pytest.mark.parametrize("bus", [BUS, BUS_ARN])
def test_a_rule_of_another_bus_is_known_by_both_names(engine: Engine, bus: str) -> None:
    inputs = {"name": "orders", "eventPattern": PATTERN, "eventBusName": bus}
    id, state = engine.create(RULE, inputs)
    assert id == f"{bus}/orders"
    assert state["arn"] == f"arn:aws:events:us-east-1:000000000000:rule/{BUS}/orders"
    imported = engine.read(RULE, id, {}, {})
    assert imported[0] == id
    assert imported[1]["eventBusName"] == bus
    assert engine.diff(RULE, id, state, inputs, {**inputs, "eventBusName": "default"}).replaces == ["eventBusName"]
    assert engine.diff(RULE, id, state, inputs, {**inputs, "name": "bills"}).replaces == ["name"]

    target = {"rule": "orders", "eventBusName": bus, "targetId": "live", "arn": FUNCTION}
    target_id, target_state = engine.create(TARGET, target)
    assert target_id == f"{bus}-orders-live"
    assert engine.read(TARGET, f"{bus}/orders/live", {}, {})[0] == target_id
    engine.delete(TARGET, target_id, target, target_state)
    engine.delete(RULE, id, inputs, state)


def test_a_rule_with_a_target_is_not_deleted(engine: Engine) -> None:
    rule, target = {"name": "orders", "eventPattern": PATTERN}, {"rule": "orders", "targetId": "live", "arn": FUNCTION}
    id, state = engine.create(RULE, rule)
    target_id, target_state = engine.create(TARGET, target)
    with pytest.raises(grpc.RpcError, match="Rule can't be deleted since it has targets"):
        engine.delete(RULE, id, rule, state)
    engine.delete(TARGET, target_id, target, target_state)
    engine.delete(RULE, id, rule, state)


def test_a_target_is_created_changed_and_gone_with_its_rule(engine: Engine, cloud: Any) -> None:
    engine.create(RULE, {"name": "orders", "eventPattern": PATTERN})
    inputs = {"rule": "orders", "targetId": "live", "arn": FUNCTION, "retryPolicy": {"maximumRetryAttempts": 2}}
    id, state = engine.create(TARGET, inputs)
    assert id == "orders-live"
    assert engine.diff(TARGET, id, state, inputs, inputs).verdict == "none"
    moved = {**inputs, "arn": f"{FUNCTION}:live"}
    assert engine.diff(TARGET, id, state, inputs, moved).verdict == "update"
    state = engine.update(TARGET, id, state, inputs, moved)
    (found,) = cloud("events").list_targets_by_rule(Rule="orders")["Targets"]
    assert found == {"Id": "live", "Arn": f"{FUNCTION}:live", "RetryPolicy": {"MaximumRetryAttempts": 2}}
    for name in ("rule", "targetId", "eventBusName"):
        assert engine.diff(TARGET, id, state, moved, {**moved, name: "other"}).replaces == [name]
    assert engine.read(TARGET, "orders/live", {}, {})[1]["arn"] == f"{FUNCTION}:live"
    cloud("events").remove_targets(Rule="orders", Ids=["live"])
    assert engine.read(TARGET, id, moved, state)[0] == ""
    cloud("events").delete_rule(Name="orders")
    assert engine.read(TARGET, id, moved, state)[0] == ""
    engine.delete(TARGET, id, moved, state)


@pytest.mark.parametrize(
    ("token", "inputs", "wrong"),
    [
        (RULE, {}, "one of `eventPattern,scheduleExpression` must be specified"),
        (RULE, {"eventPattern": "{"}, "contains an invalid JSON"),
        (RULE, {"eventPattern": '{"a":["' + 4096 * "b" + '"]}'}, "cannot be longer than 4096 characters"),
        (RULE, {"eventPattern": PATTERN, "name": "a/b"}, "letters, digits and any of"),
        (RULE, {"eventPattern": PATTERN, "state": "ON"}, "to be one of"),
        (TARGET, {"rule": "orders", "arn": "live"}, "is an invalid ARN"),
        (TARGET, {"rule": "orders", "arn": FUNCTION, "input": "{}", "inputPath": "$"}, "conflicts with"),
    ],
)
def test_what_the_provider_refuses_is_refused(engine: Engine, token: str, inputs: dict[str, Any], wrong: str) -> None:
    _, failures = engine.check(token, inputs)
    assert wrong in failures[0]


def test_what_eventbridge_refuses_is_not_in_the_state(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError, match=r"creating EventBridge Rule \(orders\).*exists match pattern must be"):
        engine.create(RULE, {"name": "orders", "eventPattern": '{"a":[{"exists":1}]}'})
    with pytest.raises(grpc.RpcError, match=r"creating EventBridge Target \(none-live\).*Rule none does not exist"):
        engine.create(TARGET, {"rule": "none", "targetId": "live", "arn": FUNCTION})
