"""Puts the functions' containers on a network on which they reach the emulator, but not each other."""

import os
import threading
from collections.abc import Callable
from typing import Any

from ministack.services import lambda_svc

APART = {"com.docker.network.bridge.enable_icc": "false"}
"""https://docs.docker.com/engine/network/drivers/bridge/#options"""

_making = threading.Lock()


def isolate_containers() -> None:
    """Use the network that SANDBOX_NETWORK names, if it is set."""
    if name := os.environ.get("SANDBOX_NETWORK"):
        lambda_svc.LAMBDA_DOCKER_FLAGS = f"--network {name}"
        lambda_svc._spawn_lambda_container = _on_network(name, lambda_svc._spawn_lambda_container)


def _on_network(name: str, spawn: Callable[..., Any]) -> Callable[..., Any]:
    def spawn_container(*arguments: Any, **named: Any) -> Any:
        networks = lambda_svc._get_docker_client().networks
        with _making:  # Docker would create two networks of the same name
            if not any(network.name == name for network in networks.list(names=[name])):
                networks.create(name, driver="bridge", options=APART)
        return spawn(*arguments, **named)

    return spawn_container
