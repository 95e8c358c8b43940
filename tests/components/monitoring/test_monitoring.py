import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key  # how the engine is told of a secret
from pydantic import SecretStr

from components.console import dashboard_url
from components.image.content import BuildSpec, Content
from components.modules import Module
from components.monitoring.alarms import BEGINNINGS_AND_ENDS
from components.monitoring.dashboard import MAX_DASHBOARD_ROWS
from components.monitoring.monitoring import Monitoring, MonitoringArgs
from components.settings import StackSettings
from components.settings.module import ModuleSettings
from tests.components.mocks import ACCOUNT, REGION, Recording, deploy

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


@pytest.fixture
def content(tmp_path: Path) -> Content:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return Content.read(BuildSpec(context=".", platform="linux/amd64"), tmp_path)


def monitoring(content: Content, count: int = 2, key: str | None = None, **settings: Any) -> tuple[str, Recording]:
    def program() -> pulumi.Output[Any]:
        names = [f"module-{number}" for number in range(count)]
        modules = [
            Module(name=name, physical_name=f"shop-dev-{name}", settings=ModuleSettings(), content=content)
            for name in names
        ]
        args = MonitoringArgs(
            modules=modules, settings=StackSettings(name_prefix="shop-dev", **settings), kms_key_arn=key
        )
        return pulumi.Output.all(**Monitoring("monitoring", args).outputs)

    outputs, recording = deploy(program)
    assert outputs["dashboardUrl"] == (
        f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#dashboards/dashboard/shop-dev"
    )
    return str(outputs["alarmTopic"]), recording


def test_alarms_go_to_a_topic_of_the_stacks_own(content: Content) -> None:
    topic, recording = monitoring(content, tags={"team": "shop"})
    made = recording.one(TOPIC).inputs
    assert (made["name"], made["tags"]) == ("shop-dev-alarms", {"team": "shop"})
    assert topic == f"arn:aws:sns:{REGION}:{ACCOUNT}:shop-dev-alarms"


def test_the_topic_is_encrypted_with_the_stacks_key_alone(content: Content) -> None:
    assert "kmsMasterKeyId" not in monitoring(content)[1].one(TOPIC).inputs
    assert monitoring(content, key="arn:of-a-key")[1].one(TOPIC).inputs["kmsMasterKeyId"] == "arn:of-a-key"


def test_a_topic_does_not_lose_a_key_to_an_update_that_is_refused(content: Content) -> None:
    assert monitoring(content)[1].request(TOPIC).ignoreChanges == ["kmsMasterKeyId"]
    assert monitoring(content, key="arn:of-a-key")[1].request(TOPIC).ignoreChanges == []


def test_a_topic_that_settings_name_is_used_and_none_is_made(content: Content) -> None:
    given = "arn:aws:sns:eu-central-1:123456789012:pager"
    topic, recording = monitoring(content, alarm_topic=given)
    assert topic == given
    assert recording.of(TOPIC) == []


def test_who_is_to_be_told_is_subscribed_to_the_topic_and_the_address_of_an_endpoint_is_a_secret(
    content: Content,
) -> None:
    url = "https://events.example.com/integration/hunter2/enqueue"
    secret = {_special_sig_key: _special_secret_sig, "value": url}
    topic, recording = monitoring(
        content, alarm_emails=["oncall@example.com"], alarm_endpoints={"pager": SecretStr(url)}
    )
    every = {"topic": topic, "filterPolicy": BEGINNINGS_AND_ENDS, "filterPolicyScope": "MessageBody"}
    made = {each.name: each.inputs for each in recording.of(SUBSCRIPTION)}
    assert made == {
        "monitoring-oncall@example.com": {**every, "protocol": "email", "endpoint": "oncall@example.com"},
        "monitoring-pager": {**every, "protocol": "https", "endpoint": secret, "endpointAutoConfirms": True},
    }
    assert list(recording.requests[SUBSCRIPTION, "monitoring-pager"].additionalSecretOutputs) == ["endpoint"]


def test_the_console_of_a_dashboard_is_that_of_its_partition() -> None:
    assert dashboard_url("cn-north-1", "shop").startswith("https://cn-north-1.console.amazonaws.cn/")


def test_the_dashboard_has_the_name_and_the_modules_of_the_stack(content: Content) -> None:
    _, recording = monitoring(content)
    dashboard = recording.one(DASHBOARD).inputs
    assert dashboard["dashboardName"] == "shop-dev"
    titles = [widget["properties"]["title"] for widget in json.loads(dashboard["dashboardBody"])["widgets"]]
    assert titles == ["module-0: calls", "module-0: duration", "module-1: calls", "module-1: duration"]
    assert REGION in dashboard["dashboardBody"]


def test_more_modules_than_a_dashboard_has_room_for_go_on_with_a_second_one(content: Content) -> None:
    _, recording = monitoring(content, count=MAX_DASHBOARD_ROWS + 1)
    dashboards = {made.inputs["dashboardName"]: made.inputs["dashboardBody"] for made in recording.of(DASHBOARD)}
    assert dashboards.keys() == {"shop-dev", "shop-dev-2"}
    assert f"module-{MAX_DASHBOARD_ROWS}: calls" in dashboards["shop-dev-2"]
    assert f"module-{MAX_DASHBOARD_ROWS}: calls" not in dashboards["shop-dev"]
