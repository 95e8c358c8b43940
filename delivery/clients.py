"""AWS clients of a stack's Region, for commands of the pipeline."""

import functools
import os
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from botocore.session import Session

S = TypeVar("S", bound="Session")

MAX_CONCURRENT_CALLS = 10
"""How many calls to AWS run at the same time."""
Client = Callable[[str], Any]
"""Returns the boto3 client of a service, in the stack's Region; called from several threads."""


def with_shared_models(session: S) -> S:
    """Let a botocore session use the models of services that other sessions have read, as parsing them takes long."""
    session.register_component("data_loader", _models())
    return session


@functools.cache
def _models() -> Any:
    from botocore.loaders import create_loader

    return create_loader(os.environ.get("AWS_DATA_PATH"))


def aws_clients(
    region: Callable[[], str],
    environ: Mapping[str, str] = os.environ,
    options: Mapping[str, Any] | None = None,
) -> Client:
    """Return a function that creates boto3 clients with the credentials and the endpoint of an environment.

    `options` are those of `botocore.config.Config`.
    """
    creating = Lock()  # a session is not safe to be used by several threads, its clients are

    @functools.cache
    def session() -> Any:
        import boto3  # here, because few commands need it, and it takes 0.3 s to load
        from botocore.session import Session

        return boto3.Session(
            environ.get("AWS_ACCESS_KEY_ID"),
            environ.get("AWS_SECRET_ACCESS_KEY"),
            environ.get("AWS_SESSION_TOKEN"),
            region_name=region() or None,
            botocore_session=with_shared_models(Session()),
        )

    @functools.cache
    def client(service: str) -> Any:
        from botocore.config import Config

        with creating:
            config = Config(**options) if options else None
            return session().client(service, endpoint_url=environ.get("AWS_ENDPOINT_URL"), config=config)

    return client
