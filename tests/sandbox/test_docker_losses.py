from pathlib import Path

import pytest

from sandbox import base_image
from sandbox.docker_engine import DockerEngine
from tests.sandbox.namespaces import can_start_docker, play

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]


@can_start_docker
def test_an_engine_that_is_killed_or_stopped_at_any_moment_is_started_again(
    docker: DockerEngine, tmp_path: Path
) -> None:
    archive = tmp_path / "base-image.tar"
    docker.run("save", "--output", archive, base_image.TAG)
    play("tests.sandbox.docker_losses", str(archive))
