"""Which requests change what the emulator saves."""

import re
from urllib.parse import parse_qs

from sandbox.emulator.layers import Message

INVOCATION = re.compile(
    r"/\d{4}-\d\d-\d\d/functions/[^/]+/(invocations|response-streaming-invocations)|/_aws/lambda-url/.*"
)
OPERATION = re.compile(r".*/operation/([A-Za-z]+)")
QUERY = b"application/x-www-form-urlencoded"
READS = ("BatchGet", "Decrypt", "Describe", "Encrypt", "Filter", "Get", "Head", "List", "Lookup", "Simulate")
"""Beginnings of the names of operations that change nothing."""
TELEMETRY = ("PutLogEvents", "PutMetricData")
"""Operations that change nothing but what is saved as logs and metrics."""


def is_change(scope: Message, body: bytes) -> bool:
    """Whether a request may have changed what is saved; `body` is the beginning of what was sent."""
    if scope["method"] in ("GET", "HEAD") or INVOCATION.fullmatch(scope["path"]):
        return False
    return not operation(scope, body).startswith((*READS, *TELEMETRY))


def operation(scope: Message, body: bytes) -> str:
    """Its name in the JSON, CBOR and query protocols; empty in the others, where the method and the path say it."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if target := headers.get(b"x-amz-target"):
        return target.decode().rpartition(".")[2]
    if named := OPERATION.fullmatch(scope["path"]):
        return named[1]
    if headers.get(b"content-type", b"").startswith(QUERY):
        return parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    return ""
