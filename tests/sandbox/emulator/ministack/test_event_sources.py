"""Event source mappings of queues, and filters, over the API as any client would meet them."""

import json

import pytest
from botocore.exceptions import ClientError

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client, push


def test_a_mapping_with_a_wrong_filter_or_a_fifo_queue_with_a_batch_window_is_refused(emulator: Emulator) -> None:
    mapping = {"FunctionName": "none", "EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:orders.fifo"}
    wrong = {"Filters": [{"Pattern": json.dumps({"body": "open"})}]}
    create = client(emulator, "lambda").create_event_source_mapping
    with pytest.raises(ClientError, match="Invalid filter pattern definition"):
        create(**mapping, FilterCriteria=wrong)
    with pytest.raises(ClientError, match="Batching window is not supported for FIFO queues"):
        create(**mapping, MaximumBatchingWindowInSeconds=1)


def test_a_queue_that_does_not_exist_or_shows_messages_again_too_soon_is_refused(emulator: Emulator) -> None:
    role = client(emulator, "iam").create_role(RoleName="polling", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client(emulator, "ecr").create_repository(repositoryName="polling")
    image = {"ImageUri": push(emulator, "polling", "first", b"first")}
    awslambda, sqs = client(emulator, "lambda"), client(emulator, "sqs")
    awslambda.create_function(FunctionName="polling", Role=role, PackageType="Image", Code=image, Timeout=31)
    mapping = {"FunctionName": "polling", "EventSourceArn": "arn:aws:sqs:us-east-1:000000000000:polled"}
    with pytest.raises(ClientError, match="The specified queue does not exist"):
        awslambda.create_event_source_mapping(**mapping)
    sqs.create_queue(QueueName="polled")
    with pytest.raises(ClientError, match="visibility timeout: 30 seconds is less than Function timeout: 31 seconds"):
        awslambda.create_event_source_mapping(**mapping)
