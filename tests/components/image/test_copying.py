from collections.abc import Iterator
from http.client import HTTPResponse

import pytest

from components.image import copying
from components.image.copying import copy_image
from tests.components.image.registries import FakeRegistry, Repository, digest_of, serving

TAG = "0123456789ab-20261128T143000000Z"


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with serving(FakeRegistry({"dev": Repository(), "prod": Repository()})) as started:
        yield started


def copy(registry: FakeRegistry, digest: str) -> list[str]:
    said: list[str] = []
    copy_image(registry.client("dev"), registry.client("prod"), digest, TAG, said.append)
    return said


def test_the_copy_is_the_same_byte_for_byte_and_has_a_tag(registry: FakeRegistry) -> None:
    dev, prod = registry.repositories["dev"], registry.repositories["prod"]
    digest = dev.push("build", b"layer 1", b"layer 2")
    assert copy(registry, digest) == []
    assert prod.manifests == dev.manifests
    assert prod.blobs == dev.blobs
    assert prod.tags == {TAG: digest}


def test_what_the_target_has_is_not_sent_again(registry: FakeRegistry) -> None:
    dev, prod = registry.repositories["dev"], registry.repositories["prod"]
    digest = dev.push("build", b"layer 1", b"layer 2")
    prod.blobs[digest_of(b"layer 1")] = b"layer 1"
    copy(registry, digest)
    assert len(registry.sent("PATCH")) == 2  # the other layer, and the configuration


def test_a_registry_that_mounts_is_sent_nothing(registry: FakeRegistry) -> None:
    registry.mounts = True
    dev, prod = registry.repositories["dev"], registry.repositories["prod"]
    copy(registry, dev.push("build", b"layer"))
    assert registry.sent("PATCH") == []
    assert prod.blobs == dev.blobs


def test_another_registry_is_not_asked_to_mount() -> None:
    source, target = FakeRegistry({"dev": Repository()}, mounts=True), FakeRegistry({"prod": Repository()}, mounts=True)
    with serving(source), serving(target):
        digest = source.repositories["dev"].push("build", b"layer")
        copy_image(source.client("dev"), target.client("prod"), digest, TAG, print)
    assert target.sent("POST") == ["/v2/prod/blobs/uploads/"] * 2
    assert target.repositories["prod"].blobs == source.repositories["dev"].blobs


def test_large_layers_are_reported_and_not_held_in_memory(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "LARGE_BYTES", 2**20)
    digest = registry.repositories["dev"].push("build", b"small", bytes(8 * 2**20))
    sizes: list[int] = []
    read = HTTPResponse.read

    def noted(answer: HTTPResponse, amount: int | None = None) -> bytes:
        sizes.append(len(content := read(answer, amount)))
        return content

    monkeypatch.setattr(HTTPResponse, "read", noted)
    assert copy(registry, digest) == [f"copying layer 2 of 2, 8 MiB, from {registry.host}/dev"]
    assert sum(sizes) > 8 * 2**20
    assert max(sizes) <= 2**20


def test_an_interrupted_copy_leaves_no_image_and_is_continued(registry: FakeRegistry) -> None:
    digest = registry.repositories["dev"].push("build", b"layer")
    registry.refuses = "PUT"
    with pytest.raises(OSError, match="it answered 403 Forbidden"):
        copy(registry, digest)
    assert registry.repositories["prod"].manifests == {}
    registry.refuses = ""
    copy(registry, digest)
    assert registry.repositories["prod"].tags == {TAG: digest}


def test_a_tag_of_another_image_is_not_moved(registry: FakeRegistry) -> None:
    registry.repositories["prod"].push(TAG, b"other")
    digest = registry.repositories["dev"].push("build", b"layer")
    with pytest.raises(OSError, match="it answered 400 Bad Request"):
        copy(registry, digest)


def test_an_image_that_is_gone_is_missing(registry: FakeRegistry) -> None:
    with pytest.raises(FileNotFoundError):
        copy(registry, f"sha256:{64 * '0'}")


def test_a_manifest_with_another_digest_is_refused(registry: FakeRegistry) -> None:
    dev = registry.repositories["dev"]
    digest = dev.push("build", b"layer")
    dev.manifests[digest] += b" "
    with pytest.raises(OSError, match="has another digest"):
        copy(registry, digest)


@pytest.mark.parametrize("manifest", [b'{"manifests": []}', b"[]", b"{"])
def test_what_is_not_a_single_image_is_refused(registry: FakeRegistry, manifest: bytes) -> None:
    registry.repositories["dev"].manifests[digest_of(manifest)] = manifest
    with pytest.raises(ValueError):
        copy(registry, digest_of(manifest))
    assert registry.repositories["prod"].manifests == {}
