import uuid
from collections.abc import Iterator

import pytest

from sandbox.docker_engine import DockerEngine, connect
from sandbox.layout import Layout
from sandbox.local_images import prune_local_tags

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def engine() -> DockerEngine:
    return connect(Layout.of())


@pytest.fixture
def prefix(engine: DockerEngine) -> Iterator[str]:
    """The beginning of the names of a registry that only this test has images of."""
    prefix = f"localhost:1/{uuid.uuid4().hex[:8]}/"
    yield prefix
    prune_local_tags(engine, prefix, keep=0)


def build(engine: DockerEngine, *names: str) -> None:
    """An image that no other is like, under these names, tagged after all before it."""
    tags = [part for name in names for part in ("--tag", name)]
    engine.run("build", *tags, "-", stdin=f'FROM scratch\nLABEL names="{names}"\nCMD ["/none"]\n')


def left(engine: DockerEngine, prefix: str) -> set[str]:
    names = engine.run("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def test_the_images_tagged_last_stay_in_each_repository(engine: DockerEngine, prefix: str) -> None:
    for name in ("a:1", "a:2", "a:3", "b:1"):
        build(engine, f"{prefix}{name}")
    removed = prune_local_tags(engine, prefix, keep=2)
    assert removed == [f"{prefix}a:1"]
    assert left(engine, prefix) == {"a:2", "a:3", "b:1"}


def test_an_old_image_that_was_tagged_anew_counts_as_new(engine: DockerEngine, prefix: str) -> None:
    build(engine, f"{prefix}a:1")
    build(engine, f"{prefix}a:2")
    engine.run("tag", f"{prefix}a:1", f"{prefix}a:reverted")
    prune_local_tags(engine, prefix, keep=1)
    assert left(engine, prefix) == {"a:1", "a:reverted"}


def test_an_image_that_a_container_uses_stays(engine: DockerEngine, prefix: str) -> None:
    build(engine, f"{prefix}a:1")
    container = engine.run("create", f"{prefix}a:1").stdout.strip()
    try:
        assert prune_local_tags(engine, prefix, keep=0) == []
    finally:
        engine.run("rm", container)
    assert prune_local_tags(engine, prefix, keep=0) == [f"{prefix}a:1"]


def test_other_prefixes_are_not_touched(engine: DockerEngine, prefix: str) -> None:
    build(engine, f"{prefix}mine/a:1", f"{prefix}theirs/a:1")
    prune_local_tags(engine, f"{prefix}mine/", keep=0)
    assert left(engine, prefix) == {"theirs/a:1"}
