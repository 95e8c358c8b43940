"""The messages that users see when AWS refuses a call, fails or can't be reached."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # googleapis-common-protos has no stubs
from pulumi.runtime.proto import provider_pb2

from operations import lambda_client
from sandbox.offline.plugins import aws
from sandbox.offline.plugins.serve import serve
from tests.sandbox.offline.plugins.emulator import free_port
from tests.sandbox.offline.plugins.engine import Engine, Values, plain, urn
from tests.sandbox.offline.plugins.fake_aws import Answer, Behaviour, behaving

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
FUNCTION = "aws:lambda/function:Function"
LOG_GROUP_INPUTS = {"name": "logs"}
FUNCTION_INPUTS = {
    "name": "f",
    "packageType": "Image",
    "imageUri": "localhost/f@sha256:1",
    "role": "arn:aws:iam::000000000000:role/r",
}


@contextmanager
def attached_to(endpoint: str) -> Iterator[Engine]:
    environ = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with serve([aws.provider()], environ) as attached, Engine.attached(attached) as engine:
        yield engine


@contextmanager
def attached_to_fake(behaviour: Behaviour) -> Iterator[Engine]:
    with behaving(behaviour) as endpoint, attached_to(endpoint) as engine:
        yield engine


def refusal_of_create(engine: Engine, token: str, inputs: dict[str, Any]) -> Any:
    checked, failures = engine.check(token, inputs)
    assert failures == []
    with pytest.raises(grpc.RpcError) as refused:
        engine.create(token, checked)
    return refused.value


def test_an_aws_error_names_the_action_the_resource_and_the_reason() -> None:
    denied = json.dumps({"__type": "AccessDeniedException", "message": "not allowed"})
    with attached_to_fake(lambda operation: (400, denied)) as engine:
        refusal = refusal_of_create(engine, LOG_GROUP, LOG_GROUP_INPUTS)
    assert refusal.details() == (
        "creating CloudWatch Logs Log Group (logs): operation CreateLogGroup, AccessDeniedException: not allowed"
    )


def test_a_response_that_is_not_from_aws_is_reported_with_its_status() -> None:
    with attached_to_fake(lambda operation: (503, "<html>busy</html>")) as engine:
        refusal = refusal_of_create(engine, LOG_GROUP, LOG_GROUP_INPUTS)
    assert refusal.details().startswith("creating CloudWatch Logs Log Group (logs): operation CreateLogGroup, 503")


def test_an_emulator_that_is_not_running_is_named() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    with attached_to(endpoint) as engine:
        refusal = refusal_of_create(engine, LOG_GROUP, LOG_GROUP_INPUTS)
    assert refusal.details() == (
        f'creating CloudWatch Logs Log Group (logs): Could not connect to the endpoint URL: "{endpoint}/"'
    )


def test_a_call_to_an_emulator_that_does_not_respond_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_client, "MAX_DURATION_SECONDS", 0.1)
    monkeypatch.setattr(lambda_client, "CONTAINER_START_SECONDS", 0.1)

    def sleepy(operation: str) -> Answer:
        time.sleep(1)
        return 200, "{}"

    with attached_to_fake(sleepy) as engine:
        refusal = refusal_of_create(engine, LOG_GROUP, LOG_GROUP_INPUTS)
    assert "Read timeout on endpoint URL" in refusal.details()


def test_an_error_of_a_deletion_is_reported_unless_the_resource_does_not_exist() -> None:
    denied = json.dumps({"__type": "AccessDeniedException", "message": "no"})
    with (
        attached_to_fake(lambda operation: (400, denied)) as engine,
        pytest.raises(grpc.RpcError, match="AccessDenied"),
    ):
        engine.delete(LOG_GROUP, "logs", LOG_GROUP_INPUTS, {"name": "logs"})
    gone = json.dumps({"__type": "ResourceNotFoundException", "message": "no such group"})
    with attached_to_fake(lambda operation: (400, gone)) as engine:
        engine.delete(LOG_GROUP, "logs", LOG_GROUP_INPUTS, {"name": "logs"})


def test_a_function_that_fails_to_start_is_in_the_state_with_the_reason() -> None:
    def failing(operation: str) -> Answer:
        if operation.endswith("/configuration"):
            return 200, json.dumps({"State": "Failed", "StateReason": "the image can't be read"})
        return _created_but_not_found(operation)

    with attached_to_fake(failing) as engine:
        refusal = refusal_of_create(engine, FUNCTION, FUNCTION_INPUTS)
    assert (
        refusal.details() == f"creating {urn(FUNCTION, 'thing')}: Lambda Function f is Failed: the image can't be read"
    )
    init_error = _init_error(refusal)
    assert init_error.id == "f"
    assert plain(init_error.properties)["imageUri"] == "localhost/f@sha256:1"


def test_a_created_but_incomplete_resource_is_in_the_state_as_planned() -> None:
    with attached_to_fake(_answering(CreateLogGroup="{}")) as engine:
        refusal = refusal_of_create(engine, LOG_GROUP, {**LOG_GROUP_INPUTS, "retentionInDays": 7})
    assert "operation PutRetentionPolicy, AccessDeniedException" in refusal.details()
    init_error = _init_error(refusal)
    assert (init_error.id, plain(init_error.properties)["retentionInDays"]) == ("logs", 7)


def test_a_failed_update_leaves_the_planned_values_and_the_reason_in_the_state() -> None:
    state: Values = {**LOG_GROUP_INPUTS, "id": "logs", "retentionInDays": 7, "arn": "arn:logs", "skipDestroy": False}
    inputs = {**LOG_GROUP_INPUTS, "retentionInDays": 14}
    with attached_to_fake(_answering()) as engine, pytest.raises(grpc.RpcError) as refused:
        engine.update(LOG_GROUP, "logs", state, LOG_GROUP_INPUTS, inputs)
    init_error = _init_error(refused.value)
    assert (init_error.id, list(init_error.reasons)) == ("logs", [refused.value.details()])
    assert init_error.reasons[0].startswith(
        f"updating {urn(LOG_GROUP, 'thing')}: updating CloudWatch Logs Log Group (logs)"
    )
    assert not init_error.HasField("inputs")
    planned = plain(init_error.properties)
    assert (planned["retentionInDays"], planned["arn"]) == (14, "arn:logs")


def test_the_update_after_a_failed_one_sends_no_change_and_reads_what_aws_has() -> None:
    sent: list[str] = []
    group = {"logGroupName": "logs", "arn": "arn:aws:logs:us-east-1:000000000000:log-group:logs", "retentionInDays": 7}
    answers = {"DescribeLogGroups": json.dumps({"logGroups": [group]}), "ListTagsForResource": '{"tags": {}}'}
    planned: Values = {**LOG_GROUP_INPUTS, "id": "logs", "retentionInDays": 14, "skipDestroy": False}
    inputs = {**LOG_GROUP_INPUTS, "retentionInDays": 14}
    with attached_to_fake(_answering(sent, **answers)) as engine:
        assert engine.diff(LOG_GROUP, "logs", planned, inputs, inputs).verdict == "none"
        outputs = engine.update(LOG_GROUP, "logs", planned, inputs, inputs)
    assert outputs["retentionInDays"] == 7
    assert sent == ["DescribeLogGroups", "ListTagsForResource"]


def test_a_secret_that_could_not_be_read_back_is_secret_in_the_state() -> None:
    def behaviour(operation: str) -> Answer:
        return (200, '{"Version": 1}') if operation == "PutParameter" else (500, '{"__type": "InternalServerError"}')

    inputs = {"name": "password", "type": "SecureString", "value": "hunter2"}
    with attached_to_fake(behaviour) as engine:
        refusal = refusal_of_create(engine, "aws:ssm/parameter:Parameter", inputs)
    assert "creating SSM Parameter (password): operation GetParameter, InternalServerError" in refusal.details()
    assert plain(_init_error(refusal).properties)["value"] == {"<secret>": "hunter2"}


def test_a_cancelled_wait_ends_at_once() -> None:
    def pending(operation: str) -> Answer:
        if operation.endswith("/configuration"):
            engine.stub.Cancel.future(Empty())
            return 200, json.dumps({"State": "Pending"})
        return _created_but_not_found(operation)

    with attached_to_fake(pending) as engine:
        refusal = refusal_of_create(engine, FUNCTION, FUNCTION_INPUTS)
    assert "cancelled while Lambda Function f was Pending" in refusal.details()


def test_an_invocation_is_sent_once_even_if_aws_breaks_down() -> None:
    sent = []

    def breaking(operation: str) -> Answer:
        sent.append(operation)
        return 500, json.dumps({"Type": "Server", "Message": "broken"})

    with attached_to_fake(breaking) as engine:
        refusal_of_create(engine, "aws:lambda/invocation:Invocation", {"functionName": "f", "input": "{}"})
    assert len(sent) == 1


def _answering(sent: list[str] | None = None, **answers: str) -> Behaviour:
    """Returns a behaviour in which these operations succeed with the given body, and all others are denied."""

    def behaviour(operation: str) -> Answer:
        if sent is not None:
            sent.append(operation)
        denied = json.dumps({"__type": "AccessDeniedException", "message": "no"})
        return (200, answers[operation]) if operation in answers else (400, denied)

    return behaviour


def _created_but_not_found(operation: str) -> Answer:
    if operation.startswith("POST"):
        return 201, json.dumps({"FunctionName": "f"})
    return 404, json.dumps({"Type": "User", "Message": "no such function"})


def _init_error(refusal: Any) -> Any:
    (packed,) = [value for key, value in refusal.trailing_metadata() if key == "grpc-status-details-bin"]
    (detail,) = Status.FromString(packed).details
    init_error = provider_pb2.ErrorResourceInitFailed()
    assert detail.Unpack(init_error)
    return init_error


def test_an_entry_that_eventbridge_could_not_add_or_remove_fails_although_its_answer_is_no_error() -> None:
    """A new target that failed isn't in the state, as with the official plugin."""
    failed = [{"TargetId": "live", "ErrorCode": "ConcurrentModificationException", "ErrorMessage": "try again"}]
    answer = 200, json.dumps({"FailedEntryCount": 1, "FailedEntries": failed})
    token = "aws:cloudwatch/eventTarget:EventTarget"
    inputs = {"rule": "opened", "targetId": "live", "arn": "arn:aws:lambda:us-east-1:000000000000:function:f"}
    state = {**inputs, "eventBusName": "default", "id": "opened-live"}
    why = r"EventBridge Target \(opened-live\): live: api error ConcurrentModificationException: try again"
    with behaving(lambda _: answer) as endpoint, attached_to(endpoint) as engine:
        refusal = refusal_of_create(engine, token, inputs)
        assert re.fullmatch(f"creating {why}", refusal.details())
        assert not any(key == "grpc-status-details-bin" for key, _ in refusal.trailing_metadata())
        with pytest.raises(grpc.RpcError, match=f"deleting {why}"):
            engine.delete(token, "opened-live", inputs, state)
