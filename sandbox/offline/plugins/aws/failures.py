"""Turns an AWS error into one message: what was being done, to which resource, and why it failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.offline.plugins.errors import Refused


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Raises Refused, worded as by the official provider.

    For example: `creating ECR Repository (x): operation CreateRepository, <code>: <message>`
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise Refused(f"{doing}: operation {error.operation_name}, {code_of(error)}: {_message(error)}") from error
    except BotoCoreError as error:
        raise Refused(f"{doing}: {error}") from error


def code_of(error: Any) -> str:
    """Returns the error code of a botocore ClientError, such as `ResourceNotFoundException`."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def _message(error: Any) -> str:
    details = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return details.get("Message") or details.get("message") or f"no message, HTTP status {status}"
