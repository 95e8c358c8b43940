"""Runs functions in containers that allow what Lambda allows, on a network on which they reach only the emulator.

MiniStack runs images as root, without limits, and needs the runtime interface emulator in them (MiniStack 1.5.33).
"""

import functools
import logging
import os
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docker
from ministack.core import container_reaper
from ministack.services import lambda_svc

from sandbox.docker import function_container
from sandbox.docker.function_container import Function
from sandbox.emulator.ministack import invocations
from sandbox.emulator.ministack.log_levels import log_variables

APART = {"com.docker.network.bridge.enable_icc": "false"}
"""https://docs.docker.com/engine/network/drivers/bridge/#options"""
HOST = "host.docker.internal"
"""This machine's name in containers."""

Data = dict[str, Any]

_making = threading.Lock()


class KeepsFewConnections:
    """Takes the place of the module `docker`, of which MiniStack uses one function.

    A client pools its connections by address, and each container has addresses of its own. It would keep up to ten of
    each of the last 25 (docker 7.2.0, `UnixHTTPAdapter.get_connection`).
    """

    from_env = staticmethod(functools.partial(docker.from_env, max_pool_size=1))


def run_functions_as_lambda_does() -> None:
    lambda_svc.docker_lib = KeepsFewConnections
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # it warns of each connection that isn't kept
    lambda_svc._spawn_lambda_container = start
    lambda_svc._invoke_rie = invocations.invoke


def start(configuration: Data, code: bytes | None, _pin_platform: bool = True) -> tuple[invocations.Instance, None]:
    """Start an instance of a version of a function. MiniStack keeps it, and stops it after a time without events."""
    if configuration.get("PackageType") != "Image":
        raise RuntimeError("the sandbox runs functions of container images only")
    client, name = lambda_svc._get_docker_client(), os.environ["SANDBOX_NETWORK"]
    with _making:  # Docker would create two networks of the same name
        if not any(network.name == name for network in client.networks.list(names=[name])):
            client.networks.create(name, driver="bridge", options=APART)
    function = function_of(configuration)
    started = function_container.start(
        client,
        function,
        Path(os.environ["SANDBOX_RUNTIME_EMULATOR"]),
        volume=name,
        network=name,
        extra_hosts={HOST: "host-gateway"},
        labels=container_reaper.own_labels("lambda"),
    )
    return invocations.Instance(started, configuration["Version"], function.memory), None


def function_of(configuration: Data) -> Function:
    """Return what Lambda knows of a version."""
    image = (configuration.get("ImageConfigResponse") or {}).get("ImageConfig") or {}
    return Function(
        image=configuration["ImageUri"],
        variables=variables(configuration),
        memory=configuration["MemorySize"],
        storage=configuration["EphemeralStorage"]["Size"],
        entry_point=image.get("EntryPoint") or (),
        command=image.get("Command") or (),
        working_directory=image.get("WorkingDirectory") or "",
    )


def variables(configuration: Data) -> dict[str, str]:
    """Return the environment variables that Lambda sets for an image, and those of its settings.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    _, region = lambda_svc._account_region_from_function_config(configuration)
    name, version = configuration["FunctionName"], configuration["Version"]
    today = datetime.now(UTC).strftime("%Y/%m/%d")
    given: dict[str, str] = (configuration.get("Environment") or {}).get("Variables") or {}
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{os.environ['GATEWAY_PORT']}",
        lambda_svc.HOST_PREFIX_ENV: "true",  # the emulator has no host names of its own
        **given,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(configuration["Timeout"]),  # read by the runtime interface emulator
        "AWS_LAMBDA_FUNCTION_VERSION": version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": (configuration.get("LoggingConfig") or {}).get("LogGroup")
        or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{today}/[{version}]{uuid.uuid4().hex}",
        **log_variables(configuration),
        **lambda_svc.execution_credentials(configuration),
    }
