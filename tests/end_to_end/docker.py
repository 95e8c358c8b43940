"""Docker as a test needs it, beside what the sandbox does with it."""

import functools
from contextlib import suppress

import docker
from docker.errors import ImageNotFound
from docker.models.containers import Container

from tests.end_to_end.checkout import Checkout


@functools.cache
def client() -> docker.DockerClient:
    """One client for all tests of a process: the connections of others would be left to the garbage collector."""
    return docker.from_env()


def registry(checkout: Checkout) -> str:
    """`localhost:<port>` of the checkout's emulator."""
    return str(next(iter(checkout.outputs().values()))["imageUri"].split("/", 1)[0])


def remove_local_images(checkout: Checkout) -> None:
    """Remove the sandbox's function containers and every local image of its registry.

    Another sandbox may run the same image by another name, so images are removed by their names.
    """
    host = registry(checkout)
    for container in containers(host):
        container.remove(force=True)
    for name in [*local_tags(host), *_names("RepoDigests", host)]:
        with suppress(ImageNotFound):  # a digest goes with the last tag of its repository
            client().images.remove(name)
    assert local_tags(host) == []
    assert _names("RepoDigests", host) == []


def containers(host: str) -> list[Container]:
    """The function containers of the emulator whose registry is at `host`."""
    port = host.rpartition(":")[2]
    found = client().containers.list(all=True, filters={"label": "ministack.instance"}, ignore_removed=True)
    return [container for container in found if container.labels["ministack.instance"].endswith(f":{port}")]


def local_tags(host: str) -> list[str]:
    return _names("RepoTags", host)


def _names(kind: str, host: str) -> list[str]:
    """Without asking for each image by itself, because another test may remove one meanwhile."""
    found = [name for image in client().api.images() for name in image[kind] or ()]
    return [name for name in found if name.startswith(f"{host}/")]


def networks(name: str) -> list[str]:
    """The names of Docker's networks that contain `name`."""
    return [str(network.name) for network in client().networks.list(names=[name])]
