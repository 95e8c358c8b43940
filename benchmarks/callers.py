"""Calls a function from several threads, and records how long the calls took and which of them failed."""

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

CALL_TIMEOUT_SECONDS = 60.0
"""How long a call may take before it counts as failed."""


@dataclass
class Calls:
    began: float = field(default_factory=time.monotonic)
    answered: list[float] = field(default_factory=list)
    """The times of the answers."""
    seconds: list[float] = field(default_factory=list)
    """The duration of each answered call."""
    failures: list[str] = field(default_factory=list)

    def add(self, ask: Ask) -> None:
        started = time.monotonic()
        try:
            ask()
        except Exception as failed:  # every error counts
            self.failures.append(f"{type(failed).__name__}: {failed}")
        else:
            self.answered.append(ended := time.monotonic())
            self.seconds.append(ended - started)

    @property
    def longest_silence(self) -> float:
        """The longest time in which no caller got an answer, in seconds."""
        return max((after - before for before, after in pairwise(sorted([self.began, *self.answered]))), default=0.0)


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
    credentials = Credentials(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"])
    address = urlsplit(environ["AWS_ENDPOINT_URL"]).netloc
    path = f"/2015-03-31/functions/{function}/invocations?Qualifier={qualifier}"

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
