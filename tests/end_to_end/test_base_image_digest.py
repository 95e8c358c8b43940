"""`delivery.base_images` asks a real registry, through a real engine, for the digest of a tag."""

import os
import re
import subprocess
import uuid
from collections.abc import Iterator

import pytest

from components.errors import ComponentError
from delivery.base_images import ask_registry
from sandbox.docker.engine import DockerEngine
from sandbox.offline.plugins.aws.session import configure
from tests.sandbox.offline.plugins import emulator as emulators
from tests.sandbox.offline.plugins.docker.base_image import shell_tarball

pytestmark = pytest.mark.sandbox


@pytest.fixture(autouse=True)
def _engine(docker: DockerEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker.host)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host and port of an emulator's registry, which has the repository `cf-image`."""
    with emulators.running(tmp_path_factory.mktemp("emulator")) as emulator:
        configure({}, emulator.environ).client("ecr").create_repository(repositoryName="cf-image")
        yield "localhost:" + emulator.endpoint.rpartition(":")[2]


@pytest.fixture
def tagged(docker: DockerEngine, registry: str) -> Iterator[str]:
    """The name of a small local image with a tag in the registry's repository."""
    name, tagged = f"lambda-images-test-digest:{uuid.uuid4().hex[:12]}", f"{registry}/cf-image:base"
    environ = {**os.environ, **docker.environment()}
    subprocess.run([docker.client, "import", "-", name], input=shell_tarball(), env=environ, check=True)
    docker.run("tag", name, tagged)
    yield tagged
    docker.run("image", "rm", "--force", name, tagged)


def test_the_digest_is_the_one_that_the_push_printed(docker: DockerEngine, tagged: str) -> None:
    pushed = re.search(r"digest: (sha256:[0-9a-f]{64})", docker.run("push", tagged).stdout)
    assert pushed is not None
    assert ask_registry(tagged) == pushed[1]


def test_a_tag_that_does_not_exist_is_named(registry: str) -> None:
    with pytest.raises(ComponentError, match=f"can't ask for the digest of {registry}/cf-image:lost: .+"):
        ask_registry(f"{registry}/cf-image:lost")
