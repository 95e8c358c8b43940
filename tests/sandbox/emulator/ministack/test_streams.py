"""Which records of a stream a function is sent, how often, and which mappings are refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ministack.services import lambda_svc

from sandbox.emulator.ministack import metrics, streams
from sandbox.emulator.process import REGION, Emulator
from tests.sandbox.emulator.emulators import client, push

STREAM = f"arn:aws:kinesis:{REGION}:000000000000:stream/clicks"
FUNCTION = {"config": {"FunctionName": "f", "FunctionArn": "arn:aws:lambda:::function:f", "Version": "1"}}
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
MAY_READ = {"Effect": "Allow", "Action": "kinesis:*", "Resource": STREAM}


class Reading:
    """A mapping of a shard whose records are single letters, and a function that fails at some of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, letters: str, **settings: Any) -> None:
        self.letters, self.position, self.now = letters, 0, 100.0
        self.sent: list[str] = []
        self.given_up: list[tuple[str, str]] = []
        self.crash: set[str] = set()
        self.fail: set[str] = set()
        self.mapping = {
            **streams.DEFAULTS,
            "UUID": f"{id(self)}",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "DestinationConfig": {"OnFailure": {}},
            **settings,
        }
        monkeypatch.setattr(lambda_svc, "_execute_function", self._execute)
        monkeypatch.setattr(streams, "give_up", self._give_up)
        monkeypatch.setattr(metrics, "publish_iterator_age", lambda *_: None)
        monkeypatch.setattr("time.time", lambda: self.now)

    def _execute(self, _: Any, event: dict[str, Any]) -> dict[str, Any]:
        texts = self._text(event["Records"])
        self.sent.append(texts)
        if self.crash & set(texts):
            return {"error": True, "body": {"errorMessage": "crash"}}
        return {"body": {"batchItemFailures": [{"itemIdentifier": text} for text in texts if text in self.fail]}}

    def _give_up(self, mapping: Any, function: Any, shard: Any, records: Any, condition: str, tries: int) -> None:
        self.given_up.append((self._text(records), condition))

    def _text(self, records: list[dict[str, Any]]) -> str:
        return "".join(record["kinesis"]["sequenceNumber"] for record in records)

    def polls(self, times: int) -> list[str]:
        """What the function is sent in these polls."""
        self.sent.clear()
        for _ in range(times):
            records = [
                {"kinesis": {"sequenceNumber": letter, "approximateArrivalTimestamp": number}}
                for number, letter in enumerate(self.letters)
            ]
            here = self.position

            def advance(count: int, here: int = here) -> None:
                self.position = here + count

            streams.work(self.mapping, FUNCTION, streams.Shard("s", here, records[here:], advance))
        return list(self.sent)


def test_batches_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, "abcde", BatchSize=2)
    assert reading.polls(4) == ["ab", "cd", "e"]


def test_a_batch_that_fails_blocks_the_shard_without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, "abc", BatchSize=2)
    reading.crash = {"a"}
    assert reading.polls(5) == ["ab"] * 5
    assert reading.given_up == []


def test_a_batch_is_given_up_after_the_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, "abc", BatchSize=2, MaximumRetryAttempts=1)
    reading.crash = {"a"}
    assert reading.polls(3) == ["ab", "ab", "c"]
    assert reading.given_up == [("ab", "RetryAttemptsExhausted")]


def test_a_batch_that_fails_is_split_which_is_no_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, "abcd", MaximumRetryAttempts=0, BisectBatchOnFunctionError=True)
    reading.crash = {"b"}
    assert reading.polls(6) == ["abcd", "ab", "a", "b", "cd"]
    assert reading.given_up == [("b", "RetryAttemptsExhausted")]


def test_what_was_reported_is_tried_again_with_what_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, "abcd", MaximumRetryAttempts=2, BisectBatchOnFunctionError=True)
    reading.fail = {"b", "d"}
    assert reading.polls(2) == ["abcd", "bcd"]
    reading.fail = {"d"}
    assert reading.polls(3) == ["bcd", "d", "d"]
    assert reading.given_up == [("d", "RetryAttemptsExhausted")]


def test_records_that_are_too_old_are_given_up_unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, "abc", MaximumRecordAgeInSeconds=99)  # they arrived at 0, 1 and 2
    assert reading.polls(2) == ["bc"]
    assert reading.given_up == [("a", "MaxRecordAgeExceeded")]


def test_records_are_gathered_until_there_are_enough_or_the_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(monkeypatch, "ab", BatchSize=3, MaximumBatchingWindowInSeconds=200)
    assert reading.polls(1) == []
    reading.letters = "abc"
    assert reading.polls(1) == ["abc"]
    reading.letters, reading.now = "abcd", 203.0
    assert reading.polls(1) == ["d"]


@pytest.mark.parametrize(
    ("body", "index"),
    [
        (None, None),
        ({}, None),
        ({"batchItemFailures": None}, None),
        ({"batchItemFailures": []}, None),
        ({"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "b"}]}, 1),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, 0),
        ({"batchItemFailures": [{"id": "c"}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": "z"}]}, 0),
    ],
)
def test_an_answer_names_the_first_record_that_failed_and_one_that_names_none_means_all(body: Any, index: int) -> None:
    sent = [{"kinesis": {"sequenceNumber": letter}} for letter in "abc"]
    assert streams.first_failure({"FunctionResponseTypes": ["ReportBatchItemFailures"]}, {"body": body}, sent) == index
    assert streams.first_failure({"FunctionResponseTypes": []}, {"body": body}, sent) is None


@pytest.fixture
def function(emulator: Emulator) -> Iterator[str]:
    iam, awslambda = client(emulator, "iam"), client(emulator, "lambda")
    role = iam.create_role(RoleName="reading", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    client(emulator, "ecr").create_repository(repositoryName="team/reading")
    image = push(emulator, "team/reading", "first", b"first")
    awslambda.create_function(FunctionName="reading", Role=role, PackageType="Image", Code={"ImageUri": image})
    yield "reading"
    awslambda.delete_function(FunctionName="reading")


def test_a_destination_that_the_emulator_does_not_know_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    mapping = {"FunctionArn": "f", "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::failed"}}}
    streams.give_up(mapping, FUNCTION, streams.Shard("s", 0, [], lambda _: None), [], "RetryAttemptsExhausted", 3)
    assert "arn:aws:s3:::failed" in caplog.text


def test_a_mapping_needs_a_position_a_stream_and_a_role_that_may_read_it(emulator: Emulator, function: str) -> None:
    awslambda, kinesis = client(emulator, "lambda"), client(emulator, "kinesis")

    def refusal(**given: Any) -> str:
        with pytest.raises(ClientError) as refused:
            awslambda.create_event_source_mapping(FunctionName=function, EventSourceArn=STREAM, **given)
        error = refused.value.response["Error"]
        assert error["Code"] == "InvalidParameterValueException"
        return str(error["Message"])

    assert "startingPosition" in refusal()
    assert refusal(StartingPosition="LATEST") == f"Stream not found: {STREAM}"
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    assert refusal(StartingPosition="LATEST") == (
        f"Cannot access stream {STREAM}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, ListShards, and DescribeStreamSummary Actions on your stream in IAM."
    )
    document = json.dumps({"Version": "2012-10-17", "Statement": [MAY_READ]})
    client(emulator, "iam").put_role_policy(RoleName="reading", PolicyName="rights", PolicyDocument=document)
    made = awslambda.create_event_source_mapping(
        FunctionName=function, EventSourceArn=STREAM, StartingPosition="LATEST"
    )
    assert {name: made[name] for name in streams.DEFAULTS} == streams.DEFAULTS
    assert made["DestinationConfig"] == {"OnFailure": {}}
    removed = awslambda.update_event_source_mapping(
        UUID=made["UUID"], DestinationConfig={"OnFailure": {"Destination": ""}}
    )
    assert removed["DestinationConfig"] == {"OnFailure": {}}
    awslambda.delete_event_source_mapping(UUID=made["UUID"])
