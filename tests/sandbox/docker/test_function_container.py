"""What a function's container is created with."""

from typing import Any
from unittest.mock import create_autospec

import pytest
from docker import DockerClient
from docker.errors import APIError

from sandbox.docker import function_container
from sandbox.docker.function_container import EMULATOR_FOLDER, EMULATOR_MEMORY_MIB, HOME, Function, NotStarted
from sandbox.docker.limits import Limits

ALL = Limits(memory=True, cpu=True, cpus=4)
VOLUME = "sandbox-1"


def image(**configuration: Any) -> dict[str, Any]:
    return {"Architecture": "arm64", "Config": {"Env": None, "Entrypoint": None, "Cmd": None, **configuration}}


def options(of: dict[str, Any], limits: Limits = ALL, **function: Any) -> dict[str, Any]:
    about = Function(**{"image": "team/f", "variables": {}, "memory": 128, "storage": 512, **function})
    return function_container.options(about, of, limits, VOLUME)


@pytest.mark.parametrize(
    ("in_image", "replaced", "command"),
    [
        ({"Entrypoint": ["/app"], "Cmd": ["x"]}, {}, ["/app", "x"]),
        ({"Cmd": ["/app"]}, {}, ["/app"]),
        ({"Entrypoint": ["/app"], "Cmd": ["x"]}, {"entry_point": ["/other", "-v"]}, ["/other", "-v", "x"]),
        ({"Entrypoint": ["/app"], "Cmd": ["x"]}, {"command": ["y", "z"]}, ["/app", "y", "z"]),
    ],
)
def test_the_emulator_is_in_front_of_the_images_own_program(
    in_image: dict[str, Any], replaced: dict[str, Any], command: list[str]
) -> None:
    found = options(image(**in_image), **replaced)
    assert found["entrypoint"][0] == f"{EMULATOR_FOLDER}/arm64"
    assert found["command"] == command
    assert found["volumes"] == {VOLUME: {"bind": EMULATOR_FOLDER, "mode": "ro"}}


def test_a_container_may_do_what_lambda_allows_whatever_its_image_says() -> None:
    found = options(image(User="root", WorkingDir="/srv"))
    assert (found["user"], found["cap_drop"], found["security_opt"]) == ("993:990", ["ALL"], ["no-new-privileges"])
    assert (found["read_only"], found["ipc_mode"], found["pids_limit"]) == (True, "none", 1024)
    assert found["tmpfs"] == {"/tmp": "rw,exec,nosuid,nodev,mode=1777,size=512m"}
    assert "working_dir" not in found
    assert options(image(), working_directory="/w")["working_dir"] == "/w"


def test_variables_come_from_the_image_then_from_lambda_then_from_the_function() -> None:
    assert options(image())["environment"] == {"HOME": HOME, "TZ": ":UTC"}
    assert options(image(Env=["HOME=/tmp", "TZ=CET"]), variables={"A": "1"})["environment"] == {"A": "1"}
    assert options(image(), variables={"TZ": "CET"})["environment"]["TZ"] == "CET"


def test_the_memory_of_a_container_includes_tmp_and_the_emulator_and_no_swap() -> None:
    found = options(image(), memory=256, storage=1024)
    assert found["mem_limit"] == found["memswap_limit"] == f"{256 + 1024 + EMULATOR_MEMORY_MIB}m"
    without = options(image(), limits=Limits(memory=False, cpu=True, cpus=4))
    assert not {"mem_limit", "memswap_limit"} & without.keys()


@pytest.mark.parametrize(
    ("memory", "quota"), [(128, 7236), (1769, 100_000), (3538, 200_000), (7076, None), (10_240, None)]
)
def test_processor_time_follows_memory_up_to_what_the_engine_has(memory: int, quota: int | None) -> None:
    assert function_container.cpu_quota(memory, ALL) == quota
    assert function_container.cpu_quota(memory, Limits(memory=True, cpu=False, cpus=4)) is None


@pytest.mark.parametrize(
    ("statistics", "used"),
    [
        ({"memory_stats": {"usage": 9, "stats": {"anon": 5, "shmem": 4}}}, 5),
        ({"memory_stats": {"usage": 9, "stats": {"total_rss": 5, "cache": 4}}}, 5),
        ({"memory_stats": {}}, 0),
        ({}, 0),
    ],
    ids=["cgroup v2", "cgroup v1", "ended", "gone"],
)
def test_files_in_tmp_are_not_memory(statistics: dict[str, Any], used: int) -> None:
    assert function_container.anonymous_memory(statistics) == used


@pytest.mark.parametrize(
    ("explanation", "remedy"),
    [
        ("could not find an available, non-overlapping IPv4 address pool", "docker network prune"),
        ("all predefined address pools have been fully subnetted", "docker network prune"),
        ("operation is not permitted", "not permitted"),
    ],
)
def test_a_network_that_docker_does_not_create_is_reported_with_its_name(explanation: str, remedy: str) -> None:
    client = create_autospec(DockerClient, instance=True)
    client.networks.list.return_value = []
    client.networks.create.side_effect = APIError("404 Client Error", explanation=explanation)
    with pytest.raises(NotStarted, match=rf"the network sandbox-1: {explanation}") as raised:
        function_container.on_network(client, "sandbox-1")
    assert remedy in str(raised.value)
