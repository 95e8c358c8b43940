from components.naming import MAX_NAME_CHARACTERS
from components.settings import ModuleSettings
from components.settings.environment import Secret
from components.settings.physical_names import dead_letter_queues, physical_names_of
from components.settings.triggers import Bucket, EventRule, Queue, Schedule, Topic, Triggers

EVERY_KIND = Triggers(
    schedules={"nightly": Schedule(expression="rate(1 day)")},
    events={"opened": EventRule(pattern={"source": ["shop"]})},
    queues={"orders": Queue(), "bills": Queue(fifo=True)},
    buckets={"uploads": Bucket()},
    topics={"news": Topic()},
)


def test_all_that_a_module_has_is_named_with_its_kind() -> None:
    assert set(physical_names_of("p", ModuleSettings(triggers=EVERY_KIND, secrets={"API_KEY": Secret()}))) == {
        ("function", "p"),
        ("role", "p"),
        ("repository", "p"),
        ("log group", "/aws/lambda/p"),
        ("secret", "/lambda/p/API_KEY"),
        ("schedule", "p-nightly"),
        ("role", "p-nightly"),
        ("event rule", "p-opened"),
        ("queue", "p-bills.fifo"),
        ("queue", "p-bills-dead.fifo"),
        ("queue", "p-orders"),
        ("queue", "p-orders-dead"),
        ("bucket", "p-uploads-000000000000"),
        ("topic", "p-news"),
    }


def test_every_kind_that_is_named_has_a_longest_name() -> None:
    settings = ModuleSettings(triggers=EVERY_KIND, secrets={"API_KEY": Secret()})
    assert {kind for kind, _ in physical_names_of("p", settings)} == MAX_NAME_CHARACTERS.keys()


def test_what_others_have_made_is_not_named() -> None:
    topic = "arn:aws:sns:eu-central-1:123456789012:news"
    queue = Queue(existing="arn:aws:sqs:eu-central-1:123456789012:orders")
    triggers = Triggers(
        buckets={"uploads": Bucket(existing="theirs")},
        queues={"orders": queue},
        topics={"news": Topic(existing=topic)},
    )
    settings = ModuleSettings(triggers=triggers, secrets={"API_KEY": Secret(existing="theirs")})
    assert {kind for kind, _ in physical_names_of("p", settings)}.isdisjoint({"bucket", "queue", "secret", "topic"})
    assert dead_letter_queues("p", settings) == []
