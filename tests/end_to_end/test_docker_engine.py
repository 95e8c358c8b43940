"""The Docker engine that the sandbox found or started, and the base image in it."""

import psutil
import pytest

from sandbox.docker.base_image import TAG
from sandbox.docker.engine import DockerEngine

pytestmark = pytest.mark.sandbox


def test_the_bridge_address_is_one_of_this_host(docker: DockerEngine) -> None:
    addresses = {address.address for interface in psutil.net_if_addrs().values() for address in interface}
    assert docker.bridge_address() in addresses


def test_the_base_image_asks_for_the_handler(docker: DockerEngine) -> None:
    ran = docker.run("run", "--rm", TAG, check=False)
    assert ran.returncode == 142
    assert "handler" in ran.stdout
