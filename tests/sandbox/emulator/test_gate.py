"""What gets through the gate, by itself."""

import asyncio
from typing import Any

import pytest

from sandbox.emulator.gate import Gate
from sandbox.emulator.layers import Message


def reached(scope: Message) -> tuple[bool, list[Message]]:
    """Whether the request got through, and the answers that the client got."""
    passed: list[Message] = []
    answers: list[Message] = []

    async def behind(scope: Message, receive: Any, send: Any) -> None:
        passed.append(scope)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        answers.append(message)

    asyncio.run(Gate(behind, ["172.17.0.1"])(scope, receive, send))
    return passed == [scope], answers


def http(path: str, *headers: tuple[bytes, bytes], host: bytes | None = b"localhost:4566") -> Message:
    named = [] if host is None else [(b"host", host)]
    return {"type": "http", "path": path, "headers": [*named, *headers]}


@pytest.mark.parametrize("host", [b"127.0.0.1:4566", b"localhost", b"host.docker.internal:4566", b"172.17.0.1:4566"])
def test_this_machines_names_and_addresses_are_known_under_any_port(host: bytes) -> None:
    assert reached(http("/", host=host))[0]


@pytest.mark.parametrize(
    "host", [None, b"", b"evil.example", b"172.17.0.2", b"x.localhost", b"localhost@evil.example", b"[::1", b"a b"]
)
def test_any_other_name_is_refused(host: bytes | None) -> None:
    through, answers = reached(http("/", host=host))
    assert not through and answers[0]["status"] == 403


def test_a_second_host_is_refused() -> None:
    assert not reached(http("/", (b"host", b"localhost")))[0]


def test_the_registrys_name_on_aws_is_known_for_the_registry_alone() -> None:
    name = b"000000000000.dkr.ecr.us-east-1.amazonaws.com"
    assert reached(http("/v2/team/app/manifests/latest", host=name))[0]
    assert not reached(http("/", host=name))[0]


def test_web_pages_may_ask_function_urls_and_http_apis_alone() -> None:
    origin = (b"origin", b"https://app.example")
    assert reached(http("/_aws/lambda-url/abc/", origin))[0] and reached(http("/_aws/execute-api/abc/a", origin))[0]
    for path in ("/", "/v2/", "/_ministack/health", "/_aws/lambda-urls/abc"):
        assert not reached(http(path, origin))[0]


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/health/", "/_localstack/health", "/_aws/", "/_x"])
def test_what_is_no_part_of_aws_is_closed_but_for_what_tells_nothing(path: str) -> None:
    assert not reached(http(path))[0]
    assert reached(http("/_ministack/health"))[0] and reached(http("/_sandbox/generation"))[0]


def test_a_web_socket_is_closed() -> None:
    scope = {**http("/"), "type": "websocket"}
    assert reached(scope) == (False, [{"type": "websocket.close", "code": 1008}])
