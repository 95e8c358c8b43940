import json
from typing import Any

import pulumi

from components.naming import dead_letter_name, queue_name
from components.settings.triggers import Queue
from components.triggers.queue import QueueTrigger, QueueTriggerArgs, visibility_timeout
from tests.components.mocks import ACCOUNT, REGION, Recording
from tests.components.triggers.callee import ALIAS_ARN, connected, waits

QUEUE = "aws:sqs/queue:Queue"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
OTHERS = f"arn:aws:sqs:{REGION}:210987654321:orders"
ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dev-thumbnail-orders"


def queued(
    protection: bool = False, key: str | None = None, queue_name: str = "dev-thumbnail-orders", **settings: Any
) -> tuple[Any, Recording]:
    args: dict[str, Any] = {
        "queue_name": queue_name,
        "timeout": 30,
        "settings": Queue(**settings),
        "kms_key_arn": key,
        "protection": protection,
        "tags": {"team": "pictures"},
    }
    return connected(
        lambda alias: pulumi.Output.from_input(
            QueueTrigger("thumbnail-orders", QueueTriggerArgs(alias=alias, **args)).url
        )
    )


def queues(recording: Recording) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs of the queue, and of its dead letter queue."""
    found = {queue.inputs["name"]: queue.inputs for queue in recording.of(QUEUE)}
    assert found.keys() == {"dev-thumbnail-orders", "dev-thumbnail-orders-dead"}
    return found["dev-thumbnail-orders"], found["dev-thumbnail-orders-dead"]


def test_the_url_is_that_of_the_queue_which_callers_send_to() -> None:
    assert queued()[0] == f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/dev-thumbnail-orders"


def test_what_fails_too_often_goes_to_a_dead_letter_queue_of_its_own() -> None:
    queue, _ = queues(queued(max_receives=3)[1])
    assert json.loads(queue["redrivePolicy"]) == {"deadLetterTargetArn": f"{ARN}-dead", "maxReceiveCount": 3}


def test_no_other_queue_may_use_the_dead_letter_queue() -> None:
    allowed = queued()[1].one("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy").inputs
    assert allowed["queueUrl"].endswith("/dev-thumbnail-orders-dead")
    assert json.loads(allowed["redriveAllowPolicy"]) == {"redrivePermission": "byQueue", "sourceQueueArns": [ARN]}


def test_dead_letters_are_kept_as_long_as_sqs_can() -> None:
    queue, dead = queues(queued(retention=3600)[1])
    assert (queue["messageRetentionSeconds"], dead["messageRetentionSeconds"]) == (3600, 14 * 24 * 3600)


def test_both_queues_are_encrypted_and_tagged() -> None:
    for queue in queues(queued()[1]):
        assert queue["sqsManagedSseEnabled"] is True
        assert queue["tags"] == {"team": "pictures"}


def test_a_message_is_hidden_for_six_timeouts_and_the_batch_window_if_nothing_else_is_set() -> None:
    assert visibility_timeout(Queue(), timeout=30) == 180
    assert visibility_timeout(Queue(batch_window=20), timeout=30) == 200
    assert visibility_timeout(Queue(batch_window=20, visibility_timeout=60), timeout=30) == 60
    queue, _ = queues(queued()[1])
    assert queue["visibilityTimeoutSeconds"] == 180


def test_lambda_polls_for_the_alias_and_is_answered_which_messages_failed() -> None:
    _, recording = queued(batch_size=50, batch_window=5)
    inputs = recording.one(MAPPING).inputs
    assert (inputs["functionName"], inputs["eventSourceArn"]) == (ALIAS_ARN, ARN)
    assert inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (inputs["batchSize"], inputs["maximumBatchingWindowInSeconds"]) == (50, 5)
    assert waits(recording, MAPPING, "aws:lambda/alias:Alias")


def test_calls_at_once_are_bounded_only_where_the_settings_say_so() -> None:
    assert "scalingConfig" not in queued()[1].one(MAPPING).inputs
    assert queued(max_concurrency=2)[1].one(MAPPING).inputs["scalingConfig"] == {"maximumConcurrency": 2}


def test_protection_keeps_both_queues() -> None:
    for protection in (True, False):
        _, recording = queued(protection)
        requests = [recording.requests[QUEUE, queue.name] for queue in recording.of(QUEUE)]
        assert [request.retainOnDelete for request in requests] == [protection] * 2


def test_both_queues_are_encrypted_by_sqs_or_with_the_key_that_is_given() -> None:
    assert all(queue["sqsManagedSseEnabled"] is True for queue in queues(queued()[1]))
    for queue in queues(queued(key="arn:of-a-key")[1]):
        assert queue["kmsMasterKeyId"] == "arn:of-a-key"
        assert "sqsManagedSseEnabled" not in queue, "the provider refuses both"


def test_a_fifo_queue_and_its_dead_letter_queue_have_the_names_of_such_queues() -> None:
    name = queue_name("dev-thumbnail", "orders", fifo=True)
    assert (name, dead_letter_name(name)) == ("dev-thumbnail-orders.fifo", "dev-thumbnail-orders-dead.fifo")
    _, recording = queued(queue_name=name, fifo=True, content_based_deduplication=True)
    queue, dead = (found.inputs for found in sorted(recording.of(QUEUE), key=lambda found: -len(found.name)))
    assert (queue["name"], queue["fifoQueue"], queue["contentBasedDeduplication"]) == (name, True, True)
    assert (dead["name"], dead["fifoQueue"]) == (dead_letter_name(name), True)
    assert "contentBasedDeduplication" not in dead


def test_a_queue_of_others_is_left_as_it_is() -> None:
    url, recording = queued(existing=OTHERS)
    assert url is None
    assert recording.types == ["aws:lambda/alias:Alias", MAPPING]
    assert recording.one(MAPPING).inputs["eventSourceArn"] == OTHERS


def test_only_messages_that_a_filter_matches_are_sent() -> None:
    assert "filterCriteria" not in queued()[1].one(MAPPING).inputs
    _, recording = queued(filters=[{"body": {"state": ["open"], "at": ["x"]}}])
    (wanted,) = recording.one(MAPPING).inputs["filterCriteria"]["filters"]
    assert wanted == {"pattern": '{"body":{"at":["x"],"state":["open"]}}'}
