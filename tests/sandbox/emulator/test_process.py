import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from sandbox.emulator.process import Emulator, first_port
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.process import wait_until
from tests.sandbox.emulator.emulators import ENVIRONMENT, client, kill, process, push, running, token

REPOSITORY = "team/app"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    with running(tmp_path / "home") as started:
        yield started


def queues(emulator: Emulator) -> list[str]:
    urls: list[str] = client(emulator, "sqs").list_queues().get("QueueUrls", [])
    return [url.rpartition("/")[2] for url in urls]


def test_it_listens_on_loopback_alone_unless_a_bridge_is_given(emulator: Emulator) -> None:
    listening = [bound for bound in process(emulator).net_connections() if bound.status == psutil.CONN_LISTEN]
    assert [(bound.laddr.ip, bound.laddr.port) for bound in listening] == [("127.0.0.1", emulator.port)]


def test_it_serves_on_the_bridge_as_well(emulator: Emulator) -> None:
    emulator.start(ENVIRONMENT, bridge="127.0.0.2")
    for host in ("127.0.0.1", "127.0.0.2"):
        socket.create_connection((host, emulator.port), 5).close()


def test_a_running_one_is_found_again_and_not_started_twice(emulator: Emulator) -> None:
    before = process(emulator)
    emulator.start(ENVIRONMENT, bridge=None)
    assert process(emulator) == before


def test_one_whose_keys_are_lost_is_started_again_with_others(emulator: Emulator) -> None:
    client(emulator, "sqs").create_queue(QueueName="kept")
    lost = emulator.credentials
    (emulator.layout.home / "root-keys.json").unlink()
    emulator.start(ENVIRONMENT, bridge=None)
    assert emulator.credentials != lost
    assert queues(emulator) == ["kept"]


def test_two_sandboxes_have_ports_and_states_of_their_own(emulator: Emulator, tmp_path: Path) -> None:
    with running(tmp_path / "other") as other:
        client(other, "sqs").create_queue(QueueName="others")
        assert other.port != emulator.port
        assert (queues(other), queues(emulator)) == (["others"], [])


def test_it_keeps_its_port_over_a_restart(emulator: Emulator) -> None:
    port = emulator.port
    emulator.stop()
    emulator.start(ENVIRONMENT, bridge=None)
    assert emulator.port == port


def test_it_takes_another_port_when_its_own_is_taken(emulator: Emulator) -> None:
    emulator.stop()
    taken = emulator.port
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", taken))
        squatter.listen()
        emulator.start(ENVIRONMENT, bridge=None)
    assert emulator.port != taken
    assert emulator.is_running()


@pytest.mark.parametrize(("first", "ports"), [("", "4566 to 4665"), ("7000", "7000 to 7099")])
def test_every_port_taken_is_reported_with_the_range(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, first: str, ports: str
) -> None:
    emulator.stop()
    monkeypatch.setenv("SANDBOX_PORT", first)
    monkeypatch.setattr("sandbox.emulator.process._is_free", lambda host, port: False)
    with pytest.raises(SandboxError, match=rf"no port from {ports} is free on 127\.0\.0\.1 for the AWS emulator"):
        emulator.start(ENVIRONMENT, bridge=None)


def test_its_first_port_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_PORT", "7200")
    with running(tmp_path / "home") as started:
        assert 7200 <= started.port < 7300


@pytest.mark.parametrize("given", ["http", "-1", "0", "65437", "4566.5"])
def test_a_first_port_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(SandboxError, match=f"SANDBOX_PORT is '{given}', which is not a port number") as refused:
        first_port({"SANDBOX_PORT": given})
    assert refused.value.remedy == "give one from 1 to 65436"


def test_one_that_does_not_start_shows_the_end_of_its_log_and_tries_no_other_port(emulator: Emulator) -> None:
    emulator.stop()
    layers = emulator.layout.emulator / "layers"
    shutil.rmtree(layers)
    layers.write_text("in the folder's place")
    port = emulator.port
    with pytest.raises(
        SandboxError, match=r"the AWS emulator does not start:\n(  \| .*\n)*  \| FileExistsError: .*layers"
    ):
        emulator.start(ENVIRONMENT, bridge=None)
    assert emulator.port == port


def test_a_port_that_is_given_up_is_reported_once(emulator: Emulator) -> None:
    port = emulator.port
    emulator.stop()
    assert (emulator.forget_port(), emulator.forget_port()) == (port, None)


def test_a_port_that_another_process_has_taken_is_not_reported(emulator: Emulator) -> None:
    emulator.stop()
    with socket.create_server(("127.0.0.1", emulator.port)):
        assert emulator.forget_port() is None


def test_state_and_generation_outlive_a_clean_stop(emulator: Emulator) -> None:
    client(emulator, "sqs").create_queue(QueueName="kept")
    generation = emulator.generation
    emulator.stop()
    emulator.start(ENVIRONMENT, bridge=None)
    assert (queues(emulator), emulator.generation) == (["kept"], generation)


def test_a_kill_shows_in_the_generation_and_loses_nothing_that_is_a_moment_old(emulator: Emulator) -> None:
    client(emulator, "sqs").create_queue(QueueName="kept")
    generation = emulator.generation
    saved = emulator.layout.emulator / "services" / "sqs.json"
    wait_until(lambda: saved.exists() and "kept" in saved.read_text(), 10, "the queue is saved")
    kill(emulator)
    emulator.start(ENVIRONMENT, bridge=None)
    assert queues(emulator) == ["kept"]
    assert emulator.generation not in ("", generation)


def test_a_stop_that_could_not_save_shows_in_the_generation(emulator: Emulator) -> None:
    generation = emulator.generation
    in_the_way = emulator.layout.emulator / "services" / "sqs.json.tmp"
    in_the_way.mkdir(parents=True)
    client(emulator, "sqs").create_queue(QueueName="lost")
    emulator.stop()
    in_the_way.rmdir()
    emulator.start(ENVIRONMENT, bridge=None)
    assert queues(emulator) == []
    assert emulator.generation not in ("", generation)


def test_one_that_is_gone_has_no_generation(emulator: Emulator) -> None:
    kill(emulator)
    assert emulator.generation == ""
    assert not emulator.is_running()


def test_another_sandboxs_emulator_at_the_same_port_is_not_taken_for_ours(emulator: Emulator, tmp_path: Path) -> None:
    home = tmp_path / "other"
    home.mkdir()
    (home / "emulator.port").write_text(f"{emulator.port}\n")
    assert Emulator(Layout(project=PROJECT, home=home, tools=home)).generation == ""


def test_the_sandboxs_credentials_may_do_anything_and_unknown_ones_nothing(emulator: Emulator) -> None:
    assert client(emulator, "iam", *emulator.credentials.values()).list_roles()["Roles"] == []
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client(emulator, "iam", "AKIAUNKNOWN000000000", "secret").list_roles()


def test_the_users_cloud_settings_do_not_reach_it(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "secret")
    emulator.stop()
    emulator.start(ENVIRONMENT, bridge=None)
    environ = process(emulator).environ()
    assert "AWS_PROFILE" not in environ and "PULUMI_ACCESS_TOKEN" not in environ


def test_images_beyond_the_lifecycle_policys_count_go_with_their_layers(emulator: Emulator) -> None:
    push_images(emulator, count=4, keep=2)
    layers = emulator.layout.emulator / "layers"
    wait_until(lambda: tags(emulator) == ["t2", "t3"], 10, "the older images are expired")
    emulator.stop()
    assert sorted(file.read_bytes() for file in layers.iterdir()) == [b"layer 2", b"layer 3"]


def test_layers_of_a_deleted_repository_go(emulator: Emulator) -> None:
    push_images(emulator, count=1, keep=2)
    client(emulator, "ecr").delete_repository(repositoryName=REPOSITORY, force=True)
    emulator.stop()
    assert list((emulator.layout.emulator / "layers").iterdir()) == []


def test_layers_are_not_kept_in_memory(emulator: Emulator) -> None:
    repository(emulator, keep=10)
    before = process(emulator).memory_info().rss
    arguments = [emulator.endpoint, str(100 << 20), token(emulator)]
    with subprocess.Popen([sys.executable, "-c", PUSH, *arguments]) as pushing:
        assert pushing.wait(120) == 0
    assert process(emulator).memory_info().rss - before < 30 << 20


PUSH = """
import hashlib, sys, urllib.request
endpoint, size, login = sys.argv[1], int(sys.argv[2]), {"Authorization": f"Basic {sys.argv[3]}"}
content = bytes(size)
url = f"{endpoint}/v2/team/app/blobs/uploads/?digest=sha256:{hashlib.sha256(content).hexdigest()}"
urllib.request.urlopen(urllib.request.Request(url, data=content, method="POST", headers=login)).close()
"""


def tags(emulator: Emulator) -> list[str]:
    described = client(emulator, "ecr").describe_images(repositoryName=REPOSITORY)["imageDetails"]
    return [tag for image in described for tag in image["imageTags"]]


def repository(emulator: Emulator, keep: int) -> None:
    ecr = client(emulator, "ecr")
    ecr.create_repository(repositoryName=REPOSITORY)
    selection = f'{{"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": {keep}}}'
    rule = f'{{"rulePriority": 1, "selection": {selection}, "action": {{"type": "expire"}}}}'
    ecr.put_lifecycle_policy(repositoryName=REPOSITORY, lifecyclePolicyText=f'{{"rules": [{rule}]}}')


def push_images(emulator: Emulator, count: int, keep: int) -> None:
    """Images of one layer each, tagged t0, t1, ..."""
    repository(emulator, keep)
    for number in range(count):
        push(emulator, REPOSITORY, f"t{number}", f"layer {number}".encode())
