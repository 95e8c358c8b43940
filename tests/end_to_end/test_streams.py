"""Streams of a table and of Kinesis that exist already, really written to: the function says what it was sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.process import wait_until
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox

SETTINGS = "modules/reader/module.yaml"
NAME = "lambda-images-local-reader"


@dataclass(frozen=True)
class Reader:
    checkout: Checkout
    table: str
    stream: str
    queue: str
    """ARNs of the streams, and the URL of the queue that is told what was given up."""

    def batches(self) -> list[list[str]]:
        """What the function was sent, in the order of its calls."""
        lines = self.checkout.aws("logs").filter_log_events(logGroupName=f"/aws/lambda/{NAME}")["events"]
        lines.sort(key=lambda line: line["timestamp"])
        return [json.loads(line["message"])["read"] for line in lines if line["message"].startswith('{"read"')]

    def reads(self, *batch: str) -> list[list[str]]:
        """All that it was sent, once it was sent this batch."""
        wait_until(lambda: list(batch) in self.batches(), 30, f"the function is sent {batch}")
        return self.batches()

    def put(self, *ids: str, kind: str = "order") -> None:
        puts = [{"PutRequest": {"Item": {"id": {"S": id}, "kind": {"S": kind}}}} for id in ids]
        self.checkout.aws("dynamodb").batch_write_item(RequestItems={"orders": puts})

    def click(self, *texts: str) -> None:
        records = [{"Data": text.encode(), "PartitionKey": "one"} for text in texts]
        self.checkout.aws("kinesis").put_records(StreamName="clicks", Records=records)

    def given_up(self) -> dict[str, Any]:
        """The next message about records that are not tried again."""
        (message,) = self.checkout.aws("sqs").receive_message(QueueUrl=self.queue, WaitTimeSeconds=20)["Messages"]
        self.checkout.aws("sqs").delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        told: dict[str, Any] = json.loads(message["Body"])
        return told

    def mappings(self) -> dict[str, Any]:
        found = self.checkout.aws("lambda").list_event_source_mappings(FunctionName=NAME)["EventSourceMappings"]
        return {mapping["EventSourceArn"]: mapping for mapping in found}


@pytest.fixture(scope="module")
def reader(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    checkout = Checkout.at(tmp_path_factory.mktemp("reader") / "checkout")
    checkout.add("reader", TINY / "reader")
    try:
        made = checkout.aws("dynamodb").create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        kinesis, sqs = checkout.aws("kinesis"), checkout.aws("sqs")
        kinesis.create_stream(StreamName="clicks", ShardCount=1)
        table = made["TableDescription"]["LatestStreamArn"]
        stream = kinesis.describe_stream(StreamName="clicks")["StreamDescription"]["StreamARN"]
        url = sqs.create_queue(QueueName="given-up")["QueueUrl"]
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for name, arn in (("TABLE", table), ("STREAM", stream), ("QUEUE", queue)):
            checkout.edit(SETTINGS, name, arn)
        checkout.up().ok()
        yield Reader(checkout, table, stream, url)
    finally:
        checkout.remove_sandbox()


def test_changes_of_a_table_are_sent_if_they_match_the_filter(reader: Reader) -> None:
    reader.put("draft", kind="draft")
    reader.put("first")
    assert reader.reads("first") == [["first"]]


def test_what_was_reported_as_failed_is_tried_again_with_what_follows_and_then_given_up(reader: Reader) -> None:
    reader.put("good", "fail", "later")
    told = reader.given_up()
    assert reader.reads("fail", "later")[1:] == [["good", "fail", "later"], ["fail", "later"]]
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert (told["DDBStreamBatchInfo"]["streamArn"], told["DDBStreamBatchInfo"]["batchSize"]) == (reader.table, 2)


def test_a_batch_that_fails_is_split_until_the_record_that_fails_is_alone(reader: Reader) -> None:
    before = len(reader.batches())
    reader.click("a", "crash", "b", "c")
    told = reader.given_up()
    assert reader.reads("b", "c")[before:] == [["a", "crash", "b", "c"], ["a", "crash"], ["a"], ["crash"], ["b", "c"]]
    assert (told["KinesisBatchInfo"]["streamArn"], told["KinesisBatchInfo"]["batchSize"]) == (reader.stream, 1)


def test_the_functions_rights_are_exactly_its_streams_and_its_destination(reader: Reader) -> None:
    iam = reader.checkout.aws("iam")
    policy = iam.get_role_policy(RoleName=NAME, PolicyName="rights")["PolicyDocument"]
    rights = {statement["Sid"]: statement["Resource"] for statement in policy["Statement"]}
    destination = reader.mappings()[reader.stream]["DestinationConfig"]["OnFailure"]["Destination"]
    assert {sid: rights[sid] for sid in rights if not sid.startswith("Write")} == {
        "ReadTableStreams": [reader.table],
        "ReadDataStreams": [reader.stream],
        "ListTableStreams": [f"{reader.table.partition('/stream/')[0]}/stream/*"],
        "SendFailedBatchesToQueues": [destination],
    }


def test_the_age_of_what_is_read_has_an_alarm_and_a_graph(reader: Reader) -> None:
    cloudwatch = reader.checkout.aws("cloudwatch")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[f"{NAME}-iterator-age"])["MetricAlarms"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("IteratorAge", "Maximum", 3_600_000)
    measured = cloudwatch.list_metrics(Namespace="AWS/Lambda", MetricName="IteratorAge")["Metrics"]
    sets = [{each["Name"]: each["Value"] for each in metric["Dimensions"]} for metric in measured]
    assert {each["Name"]: each["Value"] for each in alarm["Dimensions"]} in sets
    dashboard = cloudwatch.get_dashboard(DashboardName="lambda-images-local")["DashboardBody"]
    assert "reader: iterator age" in dashboard


def test_a_limit_changes_in_place_and_another_position_reads_all_again(reader: Reader) -> None:
    checkout, before = reader.checkout, reader.mappings()
    checkout.edit(SETTINGS, "maxRetries: 0", "startingPosition: trimHorizon")
    checkout.edit(SETTINGS, "maxRetries: 1", "maxAge: 600")
    checkout.up().ok()
    now = reader.mappings()
    assert now[reader.table]["UUID"] == before[reader.table]["UUID"]
    assert (now[reader.table]["MaximumRetryAttempts"], now[reader.table]["MaximumRecordAgeInSeconds"]) == (-1, 600)
    assert now[reader.stream]["UUID"] != before[reader.stream]["UUID"]
    first = ["a", "crash", "b", "c"]
    wait_until(lambda: reader.batches().count(first) == 2, 30, "the stream is read from its beginning again")
    assert checkout.preview_steps() == {}
