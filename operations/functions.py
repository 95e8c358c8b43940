"""Invokes the deployed functions and reads their versions and logs, through the AWS API as any client would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from components.files.json_document import parse
from components.function.release import Live as Release
from components.printable import printable, quoted
from components.served import ALIAS
from operations.errors import OperationError
from operations.lambda_client import single_attempt
from operations.log_reading import LogEvent, Page
from operations.log_tail import log_end, log_tail, own_lines

if TYPE_CHECKING:
    from operations.target import Target

MAX_TEXT_LENGTH = 24
"""How many characters remain of a long text in a shortened answer."""


@dataclass(frozen=True)
class Live:
    """The version that the alias `live` points at."""

    version: str
    image_uri: str
    """`<repository>@sha256:<digest>`."""
    description: str
    published: datetime

    @property
    def digest(self) -> str:
        return self.image_uri.partition("@")[2]


class Functions:
    """The functions of a stack."""

    def __init__(self, target: "Target") -> None:
        self._target = target

    @property
    def _lambda(self) -> Any:
        return self._target.stack.client("lambda")

    @property
    def _logs(self) -> Any:
        return self._target.stack.client("logs")

    def invoke(self, function: str, event: bytes) -> Any:
        """Invoke the version that `live` points at, and return its answer.

        Raises OperationError with the function's error and log.
        """
        return self.invoke_with_log(function, event)[0]

    def invoke_with_log(self, function: str, event: bytes) -> tuple[Any, list[str]]:
        """Do the same, and also return the end of its log, without Lambda's own lines."""
        client, fix = self._target.invoking, f"fix the function and run {self._target.ship}, or send another event"
        with self._client_errors(f"invoking {function}"):
            answered = client("lambda").invoke(FunctionName=function, Qualifier=ALIAS, Payload=event, LogType="Tail")
            payload = answered["Payload"].read()
        if answered.get("FunctionError"):
            what = f"{function} failed: {error_text(payload)}{log_tail(answered)}"
            raise OperationError(what, fix)
        try:
            return parse(payload or b"null"), own_lines(log_end(answered))
        except ValueError as invalid:
            what = f"{function} answered with something that is not JSON: {printable(invalid)}"
            raise OperationError(what, fix) from invalid

    def configuration(self, function: str) -> dict[str, Any]:
        """Return the configuration of the version that `live` points at, with its image as `ImageUri`."""
        with self._client_errors(f"reading {function}"):
            found = self._lambda.get_function(FunctionName=function, Qualifier=ALIAS)
        return {**found["Configuration"], "ImageUri": found["Code"]["ImageUri"]}

    def live_version(self, function: str) -> str | None:
        """Return the version that `live` points at. None if the function or the alias doesn't exist."""
        release = self.release(function)
        return str(release.version) if release else None

    def release(self, function: str) -> Release | None:
        """Return what the alias `live` serves, as it records it. None if the function or the alias doesn't exist."""
        with self._client_errors(f"reading the alias `{ALIAS}` of {function}"):
            try:
                alias = self._lambda.get_alias(FunctionName=function, Name=ALIAS)
            except self._lambda.exceptions.ResourceNotFoundException:
                return None
        return Release.read(int(alias["FunctionVersion"]), alias.get("Description", ""))

    def live(self, function: str) -> Live | None:
        """Return the details of the version that `live` points at. None if it doesn't exist."""
        with self._client_errors(f"reading {function}"):
            try:
                found = self._lambda.get_function(FunctionName=function, Qualifier=ALIAS)
            except self._lambda.exceptions.ResourceNotFoundException:
                return None
        version = found["Configuration"]
        return Live(
            version=version["Version"],
            image_uri=found["Code"]["ImageUri"],
            description=version.get("Description", ""),
            published=datetime.fromisoformat(version["LastModified"]),
        )

    def newest_version(self, function: str) -> str | None:
        """Return the version that was published last, whether or not it was ever served. None if there is none."""
        with self._client_errors(f"reading the versions of {function}"):
            try:
                pages = list(self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=function))
            except self._lambda.exceptions.ResourceNotFoundException:
                return None
        numbers = [version["Version"] for page in pages for version in page["Versions"]]
        return max((number for number in numbers if number.isdecimal()), key=int, default=None)

    def url(self, function: str) -> str | None:
        """Return the URL of the alias `live`. None if it has none."""
        with self._client_errors(f"reading the URL of {function}"):
            try:
                url = self._lambda.get_function_url_config(FunctionName=function, Qualifier=ALIAS)["FunctionUrl"]
            except self._lambda.exceptions.ResourceNotFoundException:
                return None
        return self._target.address(str(url))

    def last_invoked(self, group: str) -> datetime | None:
        """Return when the newest line of a log group was written. Every invocation writes some. None without lines."""
        with self._client_errors(f"reading the log group {group}"):
            try:
                newest = self._logs.describe_log_streams(
                    logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
                )
            except self._logs.exceptions.ResourceNotFoundException:
                return None
        times = [stream["lastEventTimestamp"] for stream in newest["logStreams"] if "lastEventTimestamp" in stream]
        return datetime.fromtimestamp(max(times) / 1000, UTC) if times else None

    def log_page(self, group: str, start: int, token: str | None) -> Page:
        """Return a page of a log group's events from a time on, in milliseconds since 1970."""
        following: Any = {"nextToken": token} if token else {}
        with self._client_errors(f"reading the log group {group}"):
            page = self._logs.filter_log_events(logGroupName=group, startTime=start, **following)
        events = [LogEvent(event["logStreamName"], event["timestamp"], event["message"]) for event in page["events"]]
        return Page(events, page.get("nextToken"))

    @contextmanager
    def _client_errors(self, doing: str) -> Iterator[None]:
        """Raise OperationError instead of a client's own errors."""
        try:
            yield
        except ReadTimeoutError as late:
            what = f"{doing}: no answer after {single_attempt()['read_timeout']} s"
            logs = self._target.command("logs", "...")
            raise OperationError(what, f"see whether it is still running: `{logs}`") from late
        except (BotoCoreError, ClientError) as refused:
            raise OperationError(f"{doing}: {refused}", self._target.remedy(refused)) from refused


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
