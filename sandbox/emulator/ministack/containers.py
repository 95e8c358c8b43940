"""Runs functions in containers that allow what Lambda allows, on a network on which they reach only the emulator.

MiniStack runs images as root, without limits, and needs the runtime interface emulator in them (MiniStack 1.5.33).
"""

import functools
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
from ministack.core import container_reaper
from ministack.services import lambda_svc

from sandbox.docker import function_container
from sandbox.docker.configured_function import function_of
from sandbox.emulator.ministack import invocations
from sandbox.emulator.ministack.answers import Data


class KeepsFewConnections:
    """Takes the place of the module `docker`, of which MiniStack uses one function.

    A client pools its connections by address, and each container has addresses of its own. It would keep up to ten of
    each of the last 25 (docker 7.2.0, `UnixHTTPAdapter.get_connection`).
    """

    from_env = staticmethod(functools.partial(docker.from_env, max_pool_size=1))


def run_functions_as_lambda_does() -> None:
    lambda_svc.docker_lib = KeepsFewConnections
    lambda_svc._get_docker_client = one_at_a_time(lambda_svc._get_docker_client)
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # it warns of each connection that isn't kept
    lambda_svc._spawn_lambda_container = start
    lambda_svc._invoke_rie = invocations.invoke


def one_at_a_time(get: Callable[[], Any]) -> Callable[[], Any]:
    """Without this, the first invocations make a client each if they come at once, and each keeps its connections."""
    making = threading.Lock()

    def get_docker_client() -> Any:
        with making:
            return get()

    return get_docker_client


def start(configuration: Data, code: bytes | None, _pin_platform: bool = True) -> tuple[invocations.Instance, None]:
    """Start an instance of a version of a function. MiniStack keeps it, and stops it after a time without events."""
    if configuration.get("PackageType") != "Image":
        raise RuntimeError("the sandbox runs functions of container images only")
    _, region = lambda_svc._account_region_from_function_config(configuration)
    credentials = lambda_svc.execution_credentials(configuration)
    function = function_of(configuration, region, int(os.environ["GATEWAY_PORT"]), credentials)
    client, name = lambda_svc._get_docker_client(), os.environ["SANDBOX_NETWORK"]
    started = function_container.start(
        client,
        function,
        Path(os.environ["SANDBOX_RUNTIME_EMULATOR"]),
        volume=name,
        labels=container_reaper.own_labels("lambda"),
        **function_container.on_network(client, name),
    )
    return invocations.Instance(started, configuration["Version"], function.memory), None
