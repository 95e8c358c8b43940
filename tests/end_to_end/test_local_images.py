import uuid
from collections.abc import Iterator

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.docker.local_images import prune_local_tags

pytestmark = pytest.mark.sandbox


@pytest.fixture
def prefix(docker: DockerEngine) -> Iterator[str]:
    """The beginning of the names of a registry that only this test has images of."""
    prefix = f"localhost:1/{uuid.uuid4().hex[:8]}/"
    yield prefix
    prune_local_tags(docker, prefix, keep=0)


def build(engine: DockerEngine, *names: str) -> None:
    """An image that no other is like, under these names, tagged after all before it."""
    tags = [part for name in names for part in ("--tag", name)]
    engine.run("build", *tags, "-", stdin=f'FROM scratch\nLABEL names="{names}"\nCMD ["/none"]\n')


def left(docker: DockerEngine, prefix: str) -> set[str]:
    names = docker.run("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def test_the_images_tagged_last_stay_in_each_repository(docker: DockerEngine, prefix: str) -> None:
    for name in ("a:1", "a:2", "a:3", "b:1"):
        build(docker, f"{prefix}{name}")
    removed = prune_local_tags(docker, prefix, keep=2)
    assert removed == [f"{prefix}a:1"]
    assert left(docker, prefix) == {"a:2", "a:3", "b:1"}


def test_an_old_image_that_was_tagged_anew_counts_as_new(docker: DockerEngine, prefix: str) -> None:
    build(docker, f"{prefix}a:1")
    build(docker, f"{prefix}a:2")
    docker.run("tag", f"{prefix}a:1", f"{prefix}a:reverted")
    prune_local_tags(docker, prefix, keep=1)
    assert left(docker, prefix) == {"a:1", "a:reverted"}


def test_an_image_that_a_container_uses_stays(docker: DockerEngine, prefix: str) -> None:
    build(docker, f"{prefix}a:1")
    container = docker.run("create", f"{prefix}a:1").stdout.strip()
    try:
        assert prune_local_tags(docker, prefix, keep=0) == []
    finally:
        docker.run("rm", container)
    assert prune_local_tags(docker, prefix, keep=0) == [f"{prefix}a:1"]


def test_an_image_that_a_container_uses_loses_the_name_if_it_has_another_to_stay_by(
    docker: DockerEngine, prefix: str
) -> None:
    build(docker, f"{prefix}mine/a:1", f"{prefix}theirs/a:1")
    container = docker.run("create", f"{prefix}theirs/a:1").stdout.strip()
    try:
        assert prune_local_tags(docker, f"{prefix}mine/", keep=0) == [f"{prefix}mine/a:1"]
        assert left(docker, prefix) == {"theirs/a:1"}
    finally:
        docker.run("rm", container)


def test_other_prefixes_are_not_touched(docker: DockerEngine, prefix: str) -> None:
    build(docker, f"{prefix}mine/a:1", f"{prefix}theirs/a:1")
    prune_local_tags(docker, f"{prefix}mine/", keep=0)
    assert left(docker, prefix) == {"theirs/a:1"}
