"""The digest of a tag, from a real registry and a real engine."""

import re

import pytest

from components.errors import ComponentError
from delivery.base_images import ask_registry
from sandbox.docker.engine import DockerEngine
from tests.sandbox.offline.plugins.docker.conftest import Client

pytestmark = pytest.mark.sandbox


@pytest.fixture(autouse=True)
def _engine(docker: DockerEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker.host)


def test_the_digest_is_the_one_that_the_push_reported(client: Client, registry: str, base_image: str) -> None:
    tagged = f"{registry}/cf-image:base"
    client("tag", base_image, tagged)
    pushed = re.search(r"digest: (sha256:[0-9a-f]{64})", client("push", tagged))
    assert pushed is not None
    assert ask_registry(tagged) == pushed[1]


def test_a_tag_that_does_not_exist_is_named(registry: str) -> None:
    with pytest.raises(ComponentError, match=f"can't ask for the digest of {registry}/cf-image:lost: .+"):
        ask_registry(f"{registry}/cf-image:lost")
