"""Against a backend that answers everything alike, and AWS's own client, which writes each protocol as it should be."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.end_to_end.failing.calls import Call
from tests.end_to_end.failing.forwarder import Fault, Forwarder, Mode

ANSWER = b"{}"


class Backend(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.bodies: list[bytes] = []


class _Answering(BaseHTTPRequestHandler):
    server: Backend

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    do_PUT = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def backend() -> Iterator[Backend]:
    with Backend() as backend:
        threading.Thread(target=backend.serve_forever, daemon=True).start()
        yield backend
        backend.shutdown()


@pytest.fixture
def forwarder(backend: Backend) -> Iterator[Forwarder]:
    forwarder = Forwarder(int(backend.server_address[1]))
    with forwarder.serving():
        yield forwarder


def client(forwarder: Forwarder, service: str, **config: Any) -> Any:
    make: Any = boto3.Session("test", "test", region_name="us-east-1").client
    return make(service, endpoint_url=f"http://127.0.0.1:{forwarder.port}", config=Config(**config))


@contextmanager
def failing(forwarder: Forwarder, mode: Mode, operation: str) -> Iterator[list[str]]:
    """Gives what happened meanwhile."""
    happened: list[str] = []

    def chosen(call: Call) -> bool:
        return call.operation == operation

    with forwarder.failing(Fault(mode, chosen, lambda: happened.append("interrupted"))):
        yield happened


CALLS = [
    ("sqs", "create_queue", {"QueueName": "q"}, "sqs:CreateQueue"),
    ("ecr", "create_repository", {"repositoryName": "rr"}, "ecr:CreateRepository"),
    ("iam", "delete_role", {"RoleName": "r"}, "iam:DeleteRole"),
    ("sns", "create_topic", {"Name": "t"}, "sns:CreateTopic"),
    ("cloudwatch", "delete_alarms", {"AlarmNames": ["a"]}, "monitoring:DeleteAlarms"),
    ("lambda", "publish_version", {"FunctionName": "f"}, "lambda:PublishVersion"),
    ("lambda", "remove_permission", {"FunctionName": "f", "StatementId": "s"}, "lambda:RemovePermission"),
    ("lambda", "tag_resource", {"Resource": "arn:aws:lambda:r:1:function:f", "Tags": {}}, "lambda:TagResource"),
    ("scheduler", "delete_schedule", {"Name": "s"}, "scheduler:DeleteSchedule"),
    ("scheduler", "tag_resource", {"ResourceArn": "arn:aws:x:schedule/default/s", "Tags": []}, "scheduler:TagResource"),
    ("s3", "create_bucket", {"Bucket": "bbb"}, "s3:CreateBucket"),
    ("s3", "put_bucket_policy", {"Bucket": "bbb", "Policy": "{}"}, "s3:PutBucketPolicy"),
]


@pytest.mark.parametrize(("service", "method", "arguments", "name"), CALLS)
def test_a_call_of_any_protocol_is_refused_as_aws_does_and_goes_no_further(
    backend: Backend, forwarder: Forwarder, service: str, method: str, arguments: dict[str, Any], name: str
) -> None:
    with (
        failing(forwarder, Mode.REFUSED, name.partition(":")[2]),
        pytest.raises(ClientError, match=f"not authorized to perform: {name}") as refused,
    ):
        getattr(client(forwarder, service), method)(**arguments)
    assert refused.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    assert [call.name for call in forwarder.calls] == [name]  # not repeated
    assert backend.bodies == []


def test_a_call_whose_answer_is_lost_is_repeated_and_that_one_is_heard(backend: Backend, forwarder: Forwarder) -> None:
    with failing(forwarder, Mode.LOST, "CreateQueue"):
        client(forwarder, "sqs").create_queue(QueueName="q")
    first, second = backend.bodies
    assert first == second


def test_nobody_repeats_an_invocation(backend: Backend, forwarder: Forwarder) -> None:
    with failing(forwarder, Mode.LOST, "Invoke"), pytest.raises(ConnectionClosedError):
        client(forwarder, "lambda", retries={"total_max_attempts": 1}).invoke(FunctionName="f")
    assert len(backend.bodies) == 1


def test_a_call_at_which_someone_interrupts_is_executed(backend: Backend, forwarder: Forwarder) -> None:
    with failing(forwarder, Mode.INTERRUPTED, "CreateQueue") as happened:
        client(forwarder, "sqs").create_queue(QueueName="q")
        client(forwarder, "sqs").create_queue(QueueName="q")
    assert happened == ["interrupted"]
    assert len(backend.bodies) == 2


def test_the_same_call_for_the_same_resource_has_the_same_words(forwarder: Forwarder) -> None:
    queues = client(forwarder, "sqs")
    queues.create_queue(QueueName="app-dev-orders", Attributes={"DelaySeconds": "1"})
    queues.create_queue(QueueName="app-dev-orders", Attributes={"DelaySeconds": "2"})
    queues.create_queue(QueueName="app-dev-returns")
    assert [call.of("app-dev") for call in forwarder.calls] == [
        "sqs:CreateQueue orders",
        "sqs:CreateQueue orders",
        "sqs:CreateQueue returns",
    ]
