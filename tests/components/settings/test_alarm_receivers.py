"""Who may be sent a stack's alarms."""

from typing import Any

import pytest

from components.settings.module import ModuleSettings, Smoke
from components.settings.rules import broken_rules
from components.settings.triggers import Topic, Triggers
from tests.components.settings.conftest import Checkout

TOPIC = "arn:aws:sns:eu-central-1:123456789012:pager"


def test_addresses_and_endpoints_that_sns_can_send_to_are_accepted(checkout: Checkout) -> None:
    urls = {"pager": "https://events.example.com/hunter2/enqueue", "local": "http://127.0.0.1:8080/hunter2"}
    loaded = checkout.load(alarmEmails=["on.call+shop@example.com"], alarmEndpoints=urls)
    assert {name: url.get_secret_value() for name, url in loaded.stack.alarm_endpoints.items()} == urls
    assert "hunter2" not in str(loaded)


def test_an_encrypted_endpoint_is_not_judged_where_nothing_is_decrypted(checkout: Checkout) -> None:
    assert checkout.load(alarmEndpoints={"pager": {"secure": "v1:x:y"}}).stack.alarm_endpoints.keys() == {"pager"}


@pytest.mark.parametrize("url", ["http://events.example.com/hunter2", "hunter2", "https://", "https://x/ hunter2"])
def test_an_endpoint_has_an_https_url_which_is_not_shown(checkout: Checkout, url: str) -> None:
    assert checkout.refusal(alarmEndpoints={"pager": url}) == [
        "Pulumi.dev.yaml:3: lambda-images:alarmEndpoints.pager is not an HTTPS URL: set it with",
        "  pulumi config set --secret --path 'alarmEndpoints.pager'",
    ]


def test_an_address_is_one(checkout: Checkout) -> None:
    assert checkout.refusal(alarmEmails=["oncall"]) == [
        'Pulumi.dev.yaml:3: lambda-images:alarmEmails.0 is "oncall": it should be an e-mail address, such as '
        "'oncall@example.com'"
    ]


@pytest.mark.parametrize("given", [{"alarmEmails": ["a@example.com"]}, {"alarmEndpoints": {"pager": "https://x.y"}}])
def test_a_topic_of_others_has_its_own_subscriptions(checkout: Checkout, given: dict[str, Any]) -> None:
    (key,) = given
    assert checkout.refusal(alarmTopic=TOPIC, **given) == [
        f"Pulumi.dev.yaml:3: lambda-images:{key} applies only to a topic that the stack creates: leave it out, and "
        "subscribe to the topic that alarmTopic names where that is made"
    ]


def test_a_topic_is_either_that_of_the_alarms_or_another() -> None:
    settings = ModuleSettings(
        smoke=Smoke(event={}), triggers=Triggers(topics={"told": Topic(alarms=True, existing=TOPIC)})
    )
    assert list(broken_rules(settings)) == [
        (("triggers", "topics", "told", "existing"), "has no effect beside alarms: leave out one of the two")
    ]
