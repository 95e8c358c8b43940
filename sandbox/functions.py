"""The deployed functions, asked over the AWS API as any client would: invoked, their logs read."""

import base64
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError

from sandbox.errors import SandboxError

ALIAS = "live"
POLL = 1.0
"""Seconds between two looks at a log that is followed."""
SHOWN = 24
"""Characters that are left of a long text in an answer that is only glanced at."""
DELETED = "someone else deleted it: run `bin/sandbox exec -- pulumi refresh --yes`, then `make up`"


class Functions:
    """Clients at the emulator's endpoint; `environ` is the sandbox's environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        key, secret = environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
        session = boto3.Session(key, secret, region_name=environ["AWS_REGION"])
        self._lambda = session.client("lambda", endpoint_url=environ["AWS_ENDPOINT_URL"])
        self._logs = session.client("logs", endpoint_url=environ["AWS_ENDPOINT_URL"])

    def invoke(self, function: str, event: bytes) -> Any:
        """The answer of the version that `live` points at. Raises SandboxError with the function's error and log."""
        try:
            answered = self._lambda.invoke(FunctionName=function, Qualifier=ALIAS, Payload=event, LogType="Tail")
        except self._lambda.exceptions.ResourceNotFoundException as missing:
            raise SandboxError(f"the alias `{ALIAS}` of {function} is gone", DELETED) from missing
        payload = answered["Payload"].read()
        if answered.get("FunctionError"):
            log = base64.b64decode(answered.get("LogResult", "")).decode(errors="replace").rstrip()
            what = f"{function} failed: {_error_text(payload)}"
            if log:
                what += f"\nThe end of its log:\n{log}"
            raise SandboxError(what, "mend the function and run `make up`, or send another event")
        return json.loads(payload or b"null")

    def check_alias(self, function: str) -> None:
        """Raises SandboxError if callers get no answer, for there is no alias `live`."""
        if self.published(function) is None:
            raise SandboxError(f"the alias `{ALIAS}` of {function} is gone", DELETED)

    def published(self, function: str) -> tuple[str, datetime] | None:
        """The version that `live` points at, and when it was published; None if there is no such function or alias."""
        try:
            found = self._lambda.get_function_configuration(FunctionName=function, Qualifier=ALIAS)
        except self._lambda.exceptions.ResourceNotFoundException:
            return None
        return found["Version"], datetime.fromisoformat(found["LastModified"])

    def last_invoked(self, group: str) -> datetime | None:
        """When the newest line of a log group was written: every invocation writes some. None if there is none."""
        try:
            newest = self._logs.describe_log_streams(
                logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
            )
        except self._logs.exceptions.ResourceNotFoundException:
            return None
        times = [stream["lastEventTimestamp"] for stream in newest["logStreams"] if "lastEventTimestamp" in stream]
        return datetime.fromtimestamp(max(times) / 1000, UTC) if times else None

    def log_lines(self, group: str, *, follow: bool, since: timedelta | None) -> Iterator[str]:
        """Its lines, oldest first, none older than `since`; with `follow` then each new one, without end."""
        start = int((datetime.now(UTC) - since).timestamp() * 1000) if since else 0
        seen: Counter[tuple[str, int, str]] = Counter()
        while True:
            found: Counter[tuple[str, int, str]] = Counter()  # a function may say the same twice in a millisecond
            for event in self._log_events(group, start):
                line = (event["logStreamName"], event["timestamp"], event["message"])
                found[line] += 1
                if found[line] > seen[line]:
                    start = max(start, event["timestamp"])
                    yield event["message"].rstrip()
            if not follow:
                return
            seen = found
            time.sleep(POLL)

    def _log_events(self, group: str, start: int) -> list[Any]:
        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
        try:
            return [event for page in pages for event in page["events"]]
        except ClientError as refused:
            raise SandboxError(f"the log group {group} can't be read: {refused}", "run `make up`") from refused


def shortened(answer: Any) -> Any:
    """The same answer with long texts, such as base64, cut to their beginning and their length."""
    match answer:
        case str() if len(answer) > SHOWN:
            return f"{answer[:SHOWN]}... ({len(answer):,} characters)"
        case list():
            return [shortened(item) for item in answer]
        case dict():
            return {key: shortened(value) for key, value in answer.items()}
        case _:
            return answer


def _error_text(payload: bytes) -> str:
    """Of Lambda's error document: type, message and the stack trace that the runtime sent."""
    error = json.loads(payload)
    trace = "".join(f"\n{line.rstrip()}" for line in error.get("stackTrace", []))
    return f"{error.get('errorType', 'error')}: {error.get('errorMessage', error)}{trace}"
