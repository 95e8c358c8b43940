from pathlib import Path

import pytest

from sandbox.docker import base_image
from sandbox.docker.engine import DockerEngine
from tests.end_to_end.namespaces import can_start_docker, play

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]


@can_start_docker
@pytest.mark.parametrize(
    "moments",
    [
        ("during build", "after UpdateFunctionCode"),
        pytest.param(("before build", "during push"), marks=pytest.mark.thorough),
    ],
)
def test_an_engine_that_is_killed_or_stopped_is_started_again(
    docker: DockerEngine, tmp_path: Path, moments: tuple[str, ...]
) -> None:
    archive = tmp_path / "base-image.tar"
    docker.run("save", "--output", archive, base_image.TAG)
    play("tests.end_to_end.docker_losses", str(archive), *moments)
