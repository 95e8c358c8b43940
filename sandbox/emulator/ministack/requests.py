"""Decides which requests change the state that the emulator saves."""

import re
from urllib.parse import parse_qs

from sandbox.emulator.layers import Message

INVOCATION = re.compile(
    r"/\d{4}-\d\d-\d\d/functions/[^/]+/(invocations|response-streaming-invocations)|/_aws/lambda-url/.*"
)
OPERATION = re.compile(r".*/operation/([A-Za-z]+)")
QUERY = b"application/x-www-form-urlencoded"
READS = (
    *("BatchGet", "Decrypt", "Describe", "Encrypt", "Filter", "Get", "Head", "List", "Lookup", "Query", "Scan"),
    *("Simulate", "TransactGet"),
)
"""The prefixes of operations that change nothing."""
TELEMETRY = ("PutLogEvents", "PutMetricData")
"""The operations that change only logs and metrics."""


def is_change(scope: Message, body: bytes) -> bool:
    """Return whether a request may have changed the saved state. `body` is the beginning of the request's body."""
    if scope["method"] in ("GET", "HEAD") or INVOCATION.fullmatch(scope["path"]):
        return False
    return not operation(scope, body).startswith((*READS, *TELEMETRY))


def operation(scope: Message, body: bytes) -> str:
    """Return the operation's name in the JSON, CBOR and query protocols. Empty in the other protocols."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if target := headers.get(b"x-amz-target"):
        return target.decode().rpartition(".")[2]
    if named := OPERATION.fullmatch(scope["path"]):
        return named[1]
    if headers.get(b"content-type", b"").startswith(QUERY):
        return parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    return ""
