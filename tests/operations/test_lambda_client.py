"""Every client that invokes functions makes each call once, and waits until Lambda ends it."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from benchmarks.contender import Contender
from delivery.clients import aws_clients
from delivery.stack import Stack
from operations import lambda_client
from operations.errors import OperationError
from operations.functions import Functions
from operations.target import Target
from sandbox.offline.plugins.aws.session import configure

SLOW = 0.6
"""Seconds that a call takes."""
IMPATIENCE = 0.2
"""Seconds after which a client gives up that isn't set otherwise."""


class SlowLambda(ThreadingHTTPServer):
    """Answers each call of a function after a while, and counts the calls."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls = 0

    @property
    def environ(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server_port}",
            "AWS_REGION": "us-east-1",
            "AWS_SECRET_ACCESS_KEY": "test",
        }


class Handler(BaseHTTPRequestHandler):
    server: SlowLambda

    def do_POST(self) -> None:
        self.server.calls += 1
        time.sleep(SLOW)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"42")

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:  # the caller has given up
            self.close_connection = True


@pytest.fixture
def slow() -> Iterator[SlowLambda]:
    with SlowLambda() as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's 60 seconds and four retries, quicker."""
    defaults = {**Config.OPTION_DEFAULTS, "read_timeout": IMPATIENCE}
    monkeypatch.setattr(Config, "OPTION_DEFAULTS", defaults)


def functions(environ: dict[str, str]) -> Functions:
    """Those of the stack `dev`, as the command line calls them."""
    clients = aws_clients(lambda: environ["AWS_REGION"], environ, lambda_client.single_attempt())
    return Functions(Target(Stack("x", "dev", "x-dev", clients), Path(), clients))


def by_command_line(slow: SlowLambda) -> Any:
    return functions(slow.environ).invoke("f", b"{}")


def by_plugin(slow: SlowLambda) -> Any:
    client = configure({}, slow.environ).client("lambda")
    return int(client.invoke(FunctionName="f", Payload=b"{}")["Payload"].read())


def by_benchmark(slow: SlowLambda) -> Any:
    here = Path()
    contender = Contender(
        name="one", module=here, command=[], cwd=here, environ=slow.environ, log=here / "log", function="f"
    )
    return contender.answer()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("invoke", [by_command_line, by_plugin, by_benchmark])
def test_a_slow_function_is_called_once(slow: SlowLambda, invoke: Callable[[SlowLambda], Any]) -> None:
    assert invoke(slow) == 42
    assert slow.calls == 1


def test_no_client_gives_up_before_a_function_s_own_timeout() -> None:
    assert lambda_client.single_attempt()["read_timeout"] > 900


def test_a_call_that_is_given_up_is_not_made_again_and_ends_in_words(
    slow: SlowLambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambda_client, "MAX_DURATION_SECONDS", 0)
    monkeypatch.setattr(lambda_client, "CONTAINER_START_SECONDS", IMPATIENCE)
    with pytest.raises(
        OperationError, match=r"invoking f: no answer after 0\.2 s\n  -> .*make logs MODULE=\.\.\. STACK=dev"
    ):
        by_command_line(slow)
    assert slow.calls == 1


def test_an_endpoint_that_does_not_answer_is_reported_in_words(slow: SlowLambda) -> None:
    environ = {**slow.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    with pytest.raises(OperationError, match=r"invoking f: .*http://127\.0\.0\.1:1.*\n  -> see whether .* reaches AWS"):
        functions(environ).invoke("f", b"{}")
