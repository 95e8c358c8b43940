from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import docker_daemon
from sandbox.offline.docker_daemon import Daemon
from tests.end_to_end.namespaces import can_start_docker, play


@can_start_docker
@pytest.mark.sandbox
@pytest.mark.parametrize(
    "scenario",
    [
        "starts_and_stops",
        "runs_on_for_others",
        "has_ranges_of_addresses_for_many_networks",
        "leaves_the_ranges_of_networks_to_the_users_own_settings",
        "starts_after_a_kill",
        "stops_after_a_kill",
        "takes_another_storage_driver_inside_a_container",
        "names_its_log_when_it_does_not_start",
    ],
)
def test_an_engine_of_the_sandboxs_own(scenario: str) -> None:
    play("tests.end_to_end.daemon_scenarios", scenario)


def test_a_folder_too_deep_for_a_socket_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 25)
    with pytest.raises(SandboxError, match="too long") as raised:
        Daemon(Layout(project=home, home=home, tools=home)).start()
    assert "SANDBOX_HOME" in raised.value.remedy
    assert not home.exists()


def test_a_socket_that_nobody_serves_does_not_answer(tmp_path: Path) -> None:
    assert not docker_daemon.answers(tmp_path / "docker.sock")
