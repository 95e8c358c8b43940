"""Calls a function from several threads, and records the answers, how long they took and which calls failed."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

Ask = Callable[[], Any]
"""Makes one call and returns the answer, or raises what went wrong."""

CALLERS = 8
PAUSE_SECONDS = 0.25
"""The pause between two calls of one caller."""
CALL_TIMEOUT_SECONDS = 60.0
"""How long a call may take before it counts as failed."""


@dataclass(frozen=True)
class Call:
    began: float
    ended: float
    answer: Any = None
    failure: str | None = None
    """What went wrong. None if there was an answer."""

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Calls:
    began: float = field(default_factory=time.monotonic)
    made: list[Call] = field(default_factory=list)

    def add(self, ask: Ask) -> None:
        began = time.monotonic()
        try:
            answer = ask()
        except Exception as failed:  # every error counts
            self.made.append(Call(began, time.monotonic(), failure=f"{type(failed).__name__}: {failed}"))
        else:
            self.made.append(Call(began, time.monotonic(), answer))

    @property
    def answered(self) -> list[Call]:
        return [call for call in self.made if call.failure is None]

    @property
    def failures(self) -> list[str]:
        return [call.failure for call in self.made if call.failure is not None]

    @property
    def seconds(self) -> list[float]:
        """The durations of the answered calls, in ascending order."""
        return sorted(call.seconds for call in self.answered)

    @property
    def longest_silence(self) -> float:
        """The longest time in which no caller got an answer, in seconds."""
        times = sorted([self.began, *(call.ended for call in self.answered)])
        return max((after - before for before, after in pairwise(times)), default=0.0)


@contextmanager
def calling(asks: Sequence[Ask], pause: float) -> Iterator[Calls]:
    """Run one caller for each of `asks` until the end of the block, with a pause after each call."""
    calls, ended = Calls(), threading.Event()

    def call(ask: Ask) -> None:
        while not ended.is_set():
            calls.add(ask)
            ended.wait(pause)

    callers = [threading.Thread(target=call, args=(ask,)) for ask in asks]
    for caller in callers:
        caller.start()
    try:
        yield calls
    finally:
        ended.set()
        for caller in callers:
            caller.join()


def by_client(environ: Mapping[str, str], function: str, qualifier: str, event: bytes) -> Ask:
    """Call like a program that keeps its connections open and makes each call once."""
    single_attempt = Config(retries={"total_max_attempts": 1}, read_timeout=CALL_TIMEOUT_SECONDS)
    client = boto3.client(
        "lambda",
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        region_name=environ["AWS_REGION"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
        config=single_attempt,
    )

    def ask() -> Any:
        answer = client.invoke(FunctionName=function, Qualifier=qualifier, Payload=event)
        return _checked(answer.get("FunctionError"), answer["Payload"].read())

    return ask


def by_connection(environ: Mapping[str, str], function: str, qualifier: str, event: bytes) -> Ask:
    """Call like a program that opens a connection for each call."""
    return _signed_post(environ, f"/2015-03-31/functions/{function}/invocations?Qualifier={qualifier}", event)


def by_url(environ: Mapping[str, str], url: str, event: bytes) -> Ask:
    """Call a function URL with signed requests, each over a connection of its own.

    The name in the URL leads to AWS, so the emulator is called at the path that stands for it.
    """
    url_id = url.removeprefix("https://").partition(".")[0]
    return _signed_post(environ, f"/_aws/lambda-url/{url_id}/", event)


def _signed_post(environ: Mapping[str, str], path: str, event: bytes) -> Ask:
    credentials = Credentials(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"])
    address = urlsplit(environ["AWS_ENDPOINT_URL"]).netloc

    def ask() -> Any:
        request = AWSRequest("POST", environ["AWS_ENDPOINT_URL"] + path, data=event)
        SigV4Auth(credentials, "lambda", environ["AWS_REGION"]).add_auth(request)
        connection = http.client.HTTPConnection(address, timeout=CALL_TIMEOUT_SECONDS)
        try:
            connection.request("POST", path, event, dict(request.headers.items()))
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        error = answer.getheader("X-Amz-Function-Error") or (
            f"status {answer.status}" if answer.status != 200 else None
        )
        return _checked(error, body)

    return ask


def _checked(error: str | None, body: bytes) -> Any:
    if error:
        raise RuntimeError(f"{error}: {body.decode(errors='replace')}")
    return json.loads(body)
