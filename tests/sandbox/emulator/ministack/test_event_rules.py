"""EventBridge's rules, over the API as any client would meet them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client

ANY = '{"source": [{"exists": true}]}'
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:none"


@pytest.fixture
def events(emulator: Emulator) -> Any:
    return client(emulator, "events")


def test_a_rule_with_targets_is_not_deleted(events: Any) -> None:
    bus = events.create_event_bus(Name="shop")["EventBusArn"]
    events.put_rule(Name="orders", EventBusName=bus, EventPattern=ANY)
    events.put_targets(Rule="orders", EventBusName=bus, Targets=[{"Id": "live", "Arn": FUNCTION}])
    with pytest.raises(ClientError, match="Rule can't be deleted since it has targets"):
        events.delete_rule(Name="orders", EventBusName="shop")
    events.remove_targets(Rule="orders", EventBusName="shop", Ids=["live"])
    events.delete_rule(Name="orders", EventBusName=bus)
    with pytest.raises(ClientError, match="Rule orders does not exist"):
        events.list_targets_by_rule(Rule="orders", EventBusName="shop")


@pytest.mark.parametrize(("bus", "rule"), [("default", "rule/mine-orders"), ("till", "rule/till/mine-orders")])
def test_permissions_are_those_for_a_rule_by_its_own_arn(emulator: Emulator, events: Any, bus: str, rule: str) -> None:
    if bus != "default":
        events.create_event_bus(Name=bus)
    iam, user = client(emulator, "iam"), f"of-{bus}"
    iam.create_user(UserName=user)
    resource = f"arn:aws:events:us-east-1:000000000000:{rule}"
    statement = {"Effect": "Allow", "Action": "events:*", "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName=user, PolicyName="rules", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    allowed = client(emulator, "events", key["AccessKeyId"], key["SecretAccessKey"])
    arn = allowed.put_rule(Name="mine-orders", EventBusName=bus, EventPattern=ANY)["RuleArn"]
    assert arn == resource
    allowed.put_targets(Rule="mine-orders", EventBusName=bus, Targets=[{"Id": "live", "Arn": FUNCTION}])
    allowed.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "shop"}])
    assert allowed.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "team", "Value": "shop"}]
    allowed.remove_targets(Rule="mine-orders", EventBusName=bus, Ids=["live"])
    with pytest.raises(ClientError, match="not authorized to perform: events:PutRule"):
        allowed.put_rule(Name="orders", EventBusName=bus, EventPattern=ANY)
    with pytest.raises(ClientError, match="not authorized to perform: events:ListTargetsByRule"):
        allowed.list_targets_by_rule(Rule="orders", EventBusName=bus)
