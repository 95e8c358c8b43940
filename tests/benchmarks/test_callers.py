import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from benchmarks.callers import Call, Calls, by_url, calling


def test_what_fails_is_counted_with_its_words_and_the_rest_goes_on() -> None:
    turns, enough = itertools.count(), threading.Event()

    def ask() -> None:
        turn = next(turns)
        if turn == 5:
            enough.set()
        if turn == 1:
            raise ConnectionResetError("gone")

    with calling([ask], pause=0.0) as calls:
        assert enough.wait(10)
    assert calls.failures == ["ConnectionResetError: gone"]
    assert len(calls.seconds) == len(calls.answered) >= 4


def test_callers_do_not_wait_for_each_other() -> None:
    both = threading.Barrier(2, timeout=10)
    met = threading.Event()

    def ask() -> None:
        if not met.is_set():
            both.wait()
            met.set()

    with calling([ask, ask], pause=0.0) as calls:
        assert met.wait(10)
    assert calls.failures == []


def test_a_silence_is_the_time_without_an_answer_from_the_beginning_on() -> None:
    def answered(*ends: float) -> Calls:
        return Calls(began=10.0, made=[Call(end - 1.0, end) for end in ends])

    assert answered(11.0, 16.0, 13.0).longest_silence == 3.0
    assert answered(14.0, 15.0).longest_silence == 4.0
    assert answered().longest_silence == 0.0


@contextmanager
def endpoint(status: int, body: bytes) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """A server that answers one request with this. Yields its address and the requests."""
    received: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        answering.join()


def caller_of(address: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    return {**keys, "AWS_ENDPOINT_URL": address, "AWS_REGION": "us-east-1"}


def test_a_function_url_is_called_at_its_path_in_the_emulator_with_a_signature() -> None:
    with endpoint(200, b'{"version": "1"}') as (address, received):
        ask = by_url(caller_of(address), "https://abc123.lambda-url.us-east-1.on.aws/", b"{}")
        assert ask() == {"version": "1"}
    (request,) = received
    assert request.path == "/_aws/lambda-url/abc123/"
    assert request.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")


def test_an_error_of_a_function_url_is_a_failed_call() -> None:
    with endpoint(502, b"Internal Server Error") as (address, _):
        ask = by_url(caller_of(address), "https://abc123.lambda-url.us-east-1.on.aws/", b"{}")
        with pytest.raises(RuntimeError, match="status 502: Internal Server Error"):
            ask()
