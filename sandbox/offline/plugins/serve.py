"""Serves the local plugins to a Pulumi engine for the duration of one command, on threads of this process."""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.offline.plugins.provider import Provider
from sandbox.offline.plugins.servicer import Servicer

_MAX_MESSAGE_BYTES = 400 * 1024 * 1024  # the engine's own limit
_THREADS = 64  # more than the engine's concurrent calls; a thread is started only when it is needed


@contextmanager
def serve(providers: Sequence[Provider[Any]], environ: Mapping[str, str], log: Path | None = None) -> Iterator[str]:
    """Yields the value for PULUMI_DEBUG_PROVIDERS, such as `aws:40001,docker:40002`.

    `environ` is the environment of the plugins: AWS_ENDPOINT_URL, AWS_REGION, credentials, DOCKER_HOST. The tracebacks
    of bugs in the plugins are written to the file `log`, or to stderr without one.
    """
    with ExitStack() as stack:
        yield ",".join(f"{each.name}:{stack.enter_context(_served(each, environ, log))}" for each in providers)


@contextmanager
def _served(provider: Provider[Any], environ: Mapping[str, str], log: Path | None) -> Iterator[int]:
    """Yields the port on which the provider listens."""
    options = (
        ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    )
    with _logger(f"sandbox.offline.plugins.{provider.name}", log) as logger:
        server = grpc.server(ThreadPoolExecutor(_THREADS, f"{provider.name}-plugin"), options=options)
        servicer = Servicer(provider, environ, logger)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        warm_up = threading.Thread(target=provider.warm_up, name=f"{provider.name}-warm-up")
        warm_up.start()
        try:
            yield port
        finally:
            servicer.cancelled.set()  # an engine that was killed has not sent Cancel
            server.stop(grace=None).wait()
            warm_up.join()


@contextmanager
def _logger(name: str, log: Path | None) -> Iterator[logging.Logger]:
    logger = logging.getLogger(name)
    if log is None:
        yield logger
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield logger
    finally:
        logger.propagate = True
        logger.removeHandler(handler)
        handler.close()
