"""The local AWS plugin, with calls to AWS that tests record and can refuse."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from sandbox.offline.plugins import aws
from sandbox.offline.plugins.aws.session import Aws, configure
from sandbox.offline.plugins.provider import Provider
from sandbox.offline.plugins.values import Values

READS = ("Describe", "Get", "Head", "List")


class Calls:
    def __init__(self) -> None:
        self.made: list[str] = []
        """The names of the operations, including refused ones, without reads."""
        self.bodies: list[Any] = []
        """The bodies of their requests."""
        self.refused: Callable[[str], bool] = lambda operation: False
        """Whether AWS refuses an operation. A refused one isn't executed."""

    def on_call(self, model: Any, params: Any, **about: Any) -> Any:
        """Handles botocore's event `before-call`. A value other than None replaces AWS's response."""
        if not is_read(model.name):
            self.made.append(model.name)
            self.bodies.append(params["body"])
        if not self.refused(model.name):
            return None
        error = {"Error": {"Code": "AccessDeniedException", "Message": "not now"}}
        return AWSResponse("http://refused", 400, HTTPHeaders(), None), error

    def refuse_changes(self) -> None:
        self.refused = lambda operation: not is_read(operation)

    def refuse_reads(self) -> None:
        self.refused = is_read

    def allow(self) -> None:
        self.refused = lambda operation: False
        self.made.clear()
        self.bodies.clear()


def is_read(operation: str) -> bool:
    return operation.startswith(READS)


def provider(calls: Calls) -> Provider[Aws]:
    class Watched(Aws):
        def _create_client(self, service: str, region: str) -> Any:
            client = super()._create_client(service, region)
            client.meta.events.register("before-call", calls.on_call)
            return client

    def watched(config: Values, environ: Mapping[str, str]) -> Aws:
        session = configure(config, environ)
        return Watched(session.region, session.endpoint, session.credentials)

    return dataclasses.replace(aws.provider(), configure=watched)
