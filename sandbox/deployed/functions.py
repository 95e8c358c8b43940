"""Invokes the deployed functions and reads their versions and logs, through the AWS API as any client would."""

import functools
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from components.files.json_document import parse
from components.function.release import Live as Release
from components.printable import printable, quoted
from components.served import ALIAS
from sandbox.deployed.lambda_client import single_attempt
from sandbox.errors import SandboxError
from sandbox.log_tail import log_end, log_tail, own_lines

POLL_INTERVAL_SECONDS = 1.0
"""How often a log that is followed is read."""
MAX_TEXT_LENGTH = 24
"""How many characters remain of a long text in a shortened answer."""


@dataclass(frozen=True)
class Live:
    """The version that the alias `live` points at."""

    version: str
    digest: str
    """The digest of its image."""
    description: str
    published: datetime


class Functions:
    """AWS clients of the emulator. `environ` is the sandbox's environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        key, secret = environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
        session = boto3.Session(key, secret, region_name=environ["AWS_REGION"])
        config = Config(**single_attempt())
        self._lambda = session.client("lambda", endpoint_url=environ["AWS_ENDPOINT_URL"], config=config)
        self._logs = session.client("logs", endpoint_url=environ["AWS_ENDPOINT_URL"], config=config)
        self._client = functools.partial(session.client, endpoint_url=environ["AWS_ENDPOINT_URL"], config=config)

    def invoke(self, function: str, event: bytes) -> Any:
        """Invoke the version that `live` points at, and return its answer.

        Raises SandboxError with the function's error and log.
        """
        return self.invoke_with_log(function, event)[0]

    def invoke_with_log(self, function: str, event: bytes) -> tuple[Any, list[str]]:
        """Do the same, and also return the end of its log, without Lambda's own lines."""
        with _client_errors(f"invoking {function}"):
            answered = self._lambda.invoke(FunctionName=function, Qualifier=ALIAS, Payload=event, LogType="Tail")
            payload = answered["Payload"].read()
        if answered.get("FunctionError"):
            what = f"{function} failed: {error_text(payload)}{log_tail(answered)}"
            raise SandboxError(what, "fix the function and run `make up`, or send another event")
        try:
            return parse(payload or b"null"), own_lines(log_end(answered))
        except ValueError as invalid:
            what = f"{function} answered with something that is not JSON: {printable(invalid)}"
            raise SandboxError(what, "fix the function and run `make up`, or send another event") from invalid

    @functools.cached_property
    def _sts(self) -> Any:
        return self._client("sts")

    def configuration(self, function: str) -> dict[str, Any]:
        """Return the configuration of the version that `live` points at, with its image as `ImageUri`."""
        with _client_errors(f"reading {function}"):
            found = self._lambda.get_function(FunctionName=function, Qualifier=ALIAS)
        return {**found["Configuration"], "ImageUri": found["Code"]["ImageUri"]}

    def role_session(self, configuration: Mapping[str, Any]) -> dict[str, str]:
        """Return credentials of a function's role, as variables. They are valid for an hour."""
        with _client_errors(f"assuming {configuration['Role']}"):
            session = self._sts.assume_role(
                RoleArn=configuration["Role"], RoleSessionName=configuration["FunctionName"][:64]
            )["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

    def live_version(self, function: str) -> str | None:
        """Return the version that `live` points at. None if the function or the alias doesn't exist."""
        release = self.release(function)
        return str(release.version) if release else None

    def release(self, function: str) -> Release | None:
        """Return what the alias `live` serves, as it records it. None if the function or the alias doesn't exist."""
        with _client_errors(f"reading the alias `{ALIAS}` of {function}"):
            try:
                alias = self._lambda.get_alias(FunctionName=function, Name=ALIAS)
            except self._lambda.exceptions.ResourceNotFoundException:
                return None
        return Release.read(int(alias["FunctionVersion"]), alias.get("Description", ""))

    def live(self, function: str) -> Live | None:
        """Return the details of the version that `live` points at. None if it doesn't exist."""
        with _client_errors(f"reading {function}"):
            try:
                found = self._lambda.get_function(FunctionName=function, Qualifier=ALIAS)
            except self._lambda.exceptions.ResourceNotFoundException:
                return None
        version = found["Configuration"]
        return Live(
            version=version["Version"],
            digest=found["Code"]["ImageUri"].partition("@")[2],
            description=version.get("Description", ""),
            published=datetime.fromisoformat(version["LastModified"]),
        )

    def newest_version(self, function: str) -> str | None:
        """Return the version that was published last, whether or not it was ever served. None if there is none."""
        with _client_errors(f"reading the versions of {function}"):
            try:
                pages = list(self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=function))
            except self._lambda.exceptions.ResourceNotFoundException:
                return None
        numbers = [version["Version"] for page in pages for version in page["Versions"]]
        return max((number for number in numbers if number.isdecimal()), key=int, default=None)

    def last_invoked(self, group: str) -> datetime | None:
        """Return when the newest line of a log group was written. Every invocation writes some. None without lines."""
        with _client_errors(f"reading the log group {group}"):
            try:
                newest = self._logs.describe_log_streams(
                    logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
                )
            except self._logs.exceptions.ResourceNotFoundException:
                return None
        times = [stream["lastEventTimestamp"] for stream in newest["logStreams"] if "lastEventTimestamp" in stream]
        return datetime.fromtimestamp(max(times) / 1000, UTC) if times else None

    def log_lines(self, group: str, *, follow: bool, since: timedelta | None) -> Iterator[str]:
        """Yield the lines of a log group, oldest first, none older than `since`. With `follow`, go on forever."""
        start = int((datetime.now(UTC) - since).timestamp() * 1000) if since else 0
        seen: Counter[tuple[str, int, str]] = Counter()
        while True:
            found: Counter[tuple[str, int, str]] = Counter()  # a function may log the same line twice in a millisecond
            for event in self._log_events(group, start):
                line = (event["logStreamName"], event["timestamp"], event["message"])
                found[line] += 1
                if found[line] > seen[line]:
                    start = max(start, event["timestamp"])
                    yield event["message"].rstrip()
            if not follow:
                return
            seen = found
            time.sleep(POLL_INTERVAL_SECONDS)

    def _log_events(self, group: str, start: int) -> list[Any]:
        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
        with _client_errors(f"reading the log group {group}"):
            return [event for page in pages for event in page["events"]]


@contextmanager
def _client_errors(doing: str) -> Iterator[None]:
    """Raise SandboxError instead of a client's own errors."""
    try:
        yield
    except ReadTimeoutError as late:
        what = f"{doing}: no answer after {single_attempt()['read_timeout']} s"
        raise SandboxError(what, "see whether it is still running: `make logs MODULE=...`") from late
    except ClientError as refused:
        raise SandboxError(f"{doing}: {refused}", "run `make up`") from refused
    except BotoCoreError as failed:
        raise SandboxError(f"{doing}: {failed}", "run `make up`: it starts the AWS emulator if it is gone") from failed


def shortened(answer: Any) -> Any:
    """Return the answer with long texts, such as base64, replaced by their beginning and their length."""
    match answer:
        case str() if len(answer) > MAX_TEXT_LENGTH:
            return f"{answer[:MAX_TEXT_LENGTH]}... ({len(answer):,} characters)"
        case list():
            return [shortened(item) for item in answer]
        case dict():
            return {key: shortened(value) for key, value in answer.items()}
        case _:
            return answer


def error_text(payload: bytes) -> str:
    """Return the type, message and stack trace of Lambda's error document."""
    try:
        error = parse(payload)
    except ValueError:
        error = payload.decode(errors="replace")
    if not isinstance(error, dict):
        return printable(error)
    first, *lines = str(error.get("errorMessage", error)).splitlines() or [""]
    trace = error.get("stackTrace")
    lines += [line for each in (trace if isinstance(trace, list) else ()) for line in str(each).rstrip().splitlines()]
    summary = f"{printable(error.get('errorType', 'error'))}: {printable(first)}"
    return "\n".join([summary, *map(quoted, lines)])
