from typing import Any

from components.settings.triggers import EventRule
from components.triggers.event_rule import EventRuleTrigger, EventRuleTriggerArgs
from tests.components.mocks import ACCOUNT, REGION, Recording
from tests.components.triggers.callee import ALIAS_ARN, FUNCTION, connected, waits

RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
PERMISSION = "aws:lambda/permission:Permission"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/shop"


def ruled(**settings: Any) -> Recording:
    rule = EventRule(pattern={"source": ["shop"], "detail": {"state": ["open"]}}, **settings)
    _, recording = connected(
        lambda alias: (
            EventRuleTrigger(
                "thumbnail-opened",
                EventRuleTriggerArgs(
                    alias=alias, rule_name="dev-thumbnail-opened", settings=rule, tags={"team": "pictures"}
                ),
            ).arn
        )
    )
    return recording


def test_events_of_the_default_bus_that_match_the_pattern_are_sent_to_the_alias() -> None:
    recording = ruled()
    assert recording.one(RULE).inputs == {
        "name": "dev-thumbnail-opened",
        "eventBusName": "default",
        "eventPattern": '{"detail":{"state":["open"]},"source":["shop"]}',
        "tags": {"team": "pictures"},
    }
    assert recording.one(TARGET).inputs == {
        "rule": "dev-thumbnail-opened",
        "eventBusName": "default",
        "targetId": "live",
        "arn": ALIAS_ARN,
    }


def test_a_rule_of_another_bus_has_its_target_there() -> None:
    recording = ruled(bus=BUS)
    assert recording.one(RULE).inputs["eventBusName"] == recording.one(TARGET).inputs["eventBusName"] == BUS


def test_eventbridge_may_invoke_the_alias_for_this_rule_alone_and_may_do_so_from_the_first_event_on() -> None:
    recording = ruled()
    inputs = recording.one(PERMISSION).inputs
    assert (inputs["function"], inputs["qualifier"]) == (FUNCTION, "live")
    assert (inputs["principal"], inputs["action"]) == ("events.amazonaws.com", "lambda:InvokeFunction")
    assert inputs["sourceArn"] == f"arn:aws:events:{REGION}:{ACCOUNT}:rule:dev-thumbnail-opened"
    assert waits(recording, TARGET, PERMISSION)
