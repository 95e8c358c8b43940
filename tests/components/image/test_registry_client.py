"""Reading and tagging images, against the emulator's registry."""

import base64
from collections.abc import Iterator

import pytest

from components.image.registry_client import RegistryClient
from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client, push, running, token


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running(tmp_path_factory.mktemp("registry") / "home") as started:
        yield started


def test_an_image_gets_another_tag_once(emulator: Emulator) -> None:
    ecr = client(emulator, "ecr")
    ecr.create_repository(repositoryName="pictures", imageTagMutability="IMMUTABLE")
    digest = push(emulator, "pictures", "first", b"first").partition("@")[2]
    user, _, password = base64_decoded(token(emulator)).partition(":")
    registry = RegistryClient(f"127.0.0.1:{emulator.port}/pictures", user, password)
    for _ in range(2):
        registry.add_tag(digest, "served-first")
    (found,) = ecr.describe_images(repositoryName="pictures")["imageDetails"]
    assert (found["imageDigest"], sorted(found["imageTags"])) == (digest, ["first", "served-first"])
    with pytest.raises(FileNotFoundError):
        registry.add_tag(f"sha256:{64 * '0'}", "served-other")


def base64_decoded(text: str) -> str:
    return base64.b64decode(text).decode()
