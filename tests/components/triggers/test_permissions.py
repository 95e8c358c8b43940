import pytest

from components.settings.triggers import Bucket, Queue, Topic, Triggers, Url
from components.triggers.permissions import read_sources

NEIGHBOUR = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/dev-thumbnail"


def test_no_trigger_but_queues_and_buckets_takes_a_right() -> None:
    triggers = Triggers(url=Url(), topics={"news": Topic()})
    assert list(read_sources(triggers, NEIGHBOUR, "dev-thumbnail")) == []


def test_a_function_reads_its_own_queues_and_no_others() -> None:
    (statement,) = read_sources(Triggers(queues={"orders": Queue()}), NEIGHBOUR, "dev-thumbnail")
    assert statement["Resource"] == ["arn:aws-cn:sqs:cn-north-1:123456789012:dev-thumbnail-orders"]
    assert statement["Action"] == ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]


def test_a_function_reads_the_objects_that_it_is_told_of_and_no_others() -> None:
    buckets = {"uploads": Bucket(), "inbox": Bucket(existing="inbox-of-others", prefix="in/")}
    (statement,) = read_sources(Triggers(buckets=buckets), NEIGHBOUR, "dev-thumbnail")
    assert statement["Resource"] == [
        "arn:aws-cn:s3:::dev-thumbnail-uploads-123456789012/*",
        "arn:aws-cn:s3:::inbox-of-others/in/*",
    ]
    assert statement["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]


KEY = "arn:aws-cn:kms:cn-north-1:123456789012:key/k-1"
SQS, S3 = (f"{service}.cn-north-1.amazonaws.com.cn" for service in ("sqs", "s3"))


@pytest.mark.parametrize(
    ("triggers", "services"),
    [
        (Triggers(queues={"orders": Queue()}), [SQS]),
        (Triggers(buckets={"uploads": Bucket()}), [S3]),
        (Triggers(queues={"orders": Queue()}, buckets={"uploads": Bucket()}), [S3, SQS]),
    ],
)
def test_a_function_decrypts_what_it_reads_through_the_service_that_has_it(
    triggers: Triggers, services: list[str]
) -> None:
    *_, statement = read_sources(triggers, NEIGHBOUR, "dev-thumbnail", KEY)
    assert (statement["Action"], statement["Resource"]) == ("kms:Decrypt", KEY)
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": services}}


def test_nothing_is_decrypted_with_the_stacks_key_that_it_does_not_encrypt() -> None:
    others = Triggers(buckets={"inbox": Bucket(existing="inbox-of-others")}, topics={"news": Topic()})
    assert [one["Sid"] for one in read_sources(others, NEIGHBOUR, "dev-thumbnail", KEY)] == ["ReadObjects"]
