import pytest

from components.errors import ComponentError
from components.naming import LONGEST, check_module_name, is_prefix, log_group_name, names_of, physical_name
from components.settings import ModuleSettings
from components.settings.environment import Secret
from components.settings.triggers import Bucket, Queue, Schedule, Topic, Triggers

EVERY_KIND = Triggers(
    schedules={"nightly": Schedule(expression="rate(1 day)")},
    queues={"orders": Queue()},
    buckets={"uploads": Bucket()},
    topics={"news": Topic()},
)


def test_a_physical_name_is_made_of_prefix_and_module() -> None:
    assert physical_name("lambda-images-dev", "ai-model") == "lambda-images-dev-ai-model"


@pytest.mark.parametrize("module", ["", "AI", "ai_model", "-ai", "ai-", "ai--model", "1st", "ä", "a b", "a/b", "ai\n"])
def test_a_name_that_one_of_the_services_refuses_is_refused_with_the_rule(module: str) -> None:
    with pytest.raises(ComponentError, match="lower-case letters, digits and single hyphens") as refused:
        check_module_name(module)
    assert repr(module) in str(refused.value)


@pytest.mark.parametrize(("prefix", "can_be"), [("p-feature_x", True), ("p-1.2", False), ("P", False), ("p-", False)])
def test_a_prefix_has_the_characters_that_all_services_take(prefix: str, can_be: bool) -> None:
    assert is_prefix(prefix) is can_be


def test_the_log_group_is_where_lambda_would_put_it() -> None:
    assert log_group_name("dev-thumbnail") == "/aws/lambda/dev-thumbnail"


def test_all_that_a_module_has_is_named_with_its_kind() -> None:
    assert set(names_of("p", ModuleSettings(triggers=EVERY_KIND, secrets={"API_KEY": Secret()}))) == {
        ("function", "p"),
        ("role", "p"),
        ("repository", "p"),
        ("log group", "/aws/lambda/p"),
        ("secret", "/lambda/p/API_KEY"),
        ("schedule", "p-nightly"),
        ("role", "p-nightly"),
        ("queue", "p-orders"),
        ("queue", "p-orders-dead"),
        ("bucket", "p-uploads-000000000000"),
        ("topic", "p-news"),
    }


def test_every_kind_that_is_named_has_a_longest_name() -> None:
    settings = ModuleSettings(triggers=EVERY_KIND, secrets={"API_KEY": Secret()})
    assert {kind for kind, _ in names_of("p", settings)} == LONGEST.keys()


def test_what_others_have_made_is_not_named() -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:news"
    triggers = Triggers(buckets={"uploads": Bucket(existing="theirs")}, topics={"news": Topic(existing=topic)})
    settings = ModuleSettings(triggers=triggers, secrets={"API_KEY": Secret(existing="theirs")})
    assert {kind for kind, _ in names_of("p", settings)}.isdisjoint({"bucket", "secret", "topic"})
