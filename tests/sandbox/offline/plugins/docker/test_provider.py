"""The configuration of the local docker plugin, and its calls to a fake Docker client."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.offline.plugins import docker
from sandbox.offline.plugins.serve import serve
from sandbox.process import wait_until
from tests.components.image.context_edits import write_context
from tests.sandbox.offline.plugins.engine import Engine, Values, plain, struct

IMAGE = "docker:index/image:Image"
RECORDING: Values = json.loads(
    (Path(__file__).parents[1] / "recordings" / "docker" / "provider.json").read_text(encoding="utf-8")
)
NO_DAEMON = "docker native provider returned an unexpected error from Configure: failed to connect to any docker daemon"


@contextmanager
def serving(project: Path, environ: dict[str, str], client: Path | None = None) -> Iterator[Any]:
    """Yields the stub of the plugin, which is not configured yet."""
    with serve([docker.provider(project, project / "logs", client)], environ) as ports:
        channel = grpc.insecure_channel(f"127.0.0.1:{ports.removeprefix('docker:')}")
        yield provider_pb2_grpc.ResourceProviderStub(channel)


@pytest.mark.parametrize("case", RECORDING["CheckConfig"], ids=lambda case: str(case["config"]))
def test_configuration_is_checked_as_recorded(tmp_path: Path, case: Values) -> None:
    with serving(tmp_path, dict(os.environ)) as stub:
        answer = stub.CheckConfig(pb.CheckRequest(news=struct(case["config"])))
    assert plain(answer.inputs) == case["inputs"]
    recorded = [failure["reason"].partition(" that ")[0].partition(". If")[0] for failure in case["failures"]]
    assert [failure.reason.partition(" that ")[0] for failure in answer.failures] == recorded


@pytest.mark.parametrize("case", RECORDING["Configure"], ids=lambda case: str(case["config"]))
def test_the_provider_is_configured_as_recorded(tmp_path: Path, case: Values) -> None:
    with serving(tmp_path, dict(os.environ)) as stub:
        request = pb.ConfigureRequest(args=struct(case["config"]))
        if "error" in case:
            with pytest.raises(grpc.RpcError) as refused:
                stub.Configure(request)
            assert refused.value.details() == case["error"]["message"]
        else:
            assert stub.Configure(request).supportsPreview is case["response"]["supportsPreview"]


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_an_engine_that_does_not_answer_is_refused_by_configure_as_recorded(tmp_path: Path, host: str) -> None:
    with (
        serving(tmp_path, {**os.environ, "DOCKER_HOST": host}) as stub,
        pytest.raises(grpc.RpcError) as refused,
    ):
        stub.Configure(pb.ConfigureRequest(args=struct({})))
    assert str(refused.value.details()).startswith(f"{NO_DAEMON}: {host}: ")


def test_the_error_about_a_missing_client_says_what_to_do(tmp_path: Path) -> None:
    with (
        serving(tmp_path, dict(os.environ), client=tmp_path / "docker") as stub,
        pytest.raises(grpc.RpcError) as refused,
    ):
        stub.Configure(pb.ConfigureRequest(args=struct({})))
    assert "install it or put it on PATH" in str(refused.value.details())


CLIENT = """#!/bin/sh
printf '%s\\n' "$@" >> {folder}/arguments
case "$1" in
version) echo linux/amd64 ;;
build) for argument; do [ "$previous" = --iidfile ] && echo sha256:{id} > "$argument"; previous="$argument"; done ;;
push) cp "$DOCKER_CONFIG/config.json" {folder}/config.json 2>/dev/null; {push} ;;
esac
"""
PUSHED = "echo t1: digest: sha256:" + "a" * 64 + " size: 1"


@contextmanager
def client_double(folder: Path, push: str) -> Iterator[Engine]:
    """Yields an engine whose plugin runs a fake Docker client. It logs its arguments, and runs `push` for a push."""
    client, project = folder / "docker", folder / "project"
    client.write_text(CLIENT.format(folder=folder, id="b" * 64, push=push))
    client.chmod(0o755)
    write_context(project / "fn")
    with serving(project, dict(os.environ), client) as stub:
        stub.Configure(pb.ConfigureRequest(args=struct({})))
        yield Engine(stub)


def inputs(engine: Engine, **given: Any) -> Values:
    build = {"context": "fn", "platform": "linux/amd64"}
    checked, failures = engine.check(IMAGE, {"imageName": "localhost:1/x:t1", "build": build, **given})
    assert failures == []
    return checked


def test_a_lost_connection_to_the_registry_during_a_push_is_reported(tmp_path: Path) -> None:
    push = "echo 'layer: Pushing'; echo 'Post http://localhost:1/v2/x/blobs/uploads/: EOF' >&2; exit 1"
    with client_double(tmp_path, push) as engine, pytest.raises(grpc.RpcError) as refused:
        engine.create(IMAGE, inputs(engine))
    problem = "error reading push output: Post http://localhost:1/v2/x/blobs/uploads/: EOF"
    assert refused.value.details() == f"localhost:1/x:t1: {problem}"


def test_a_push_without_a_digest_fails(tmp_path: Path) -> None:
    with client_double(tmp_path, "echo done") as engine, pytest.raises(grpc.RpcError, match="has no digest: done"):
        engine.create(IMAGE, inputs(engine))


def test_the_password_reaches_the_client_in_a_file_of_its_own_and_nothing_else(tmp_path: Path) -> None:
    registry = {"server": "localhost:1", "username": "AWS", "password": {"<secret>": "hush-hush"}}
    with client_double(tmp_path, PUSHED) as engine:
        _, state = engine.create(IMAGE, inputs(engine, registry=registry))
    assert json.loads((tmp_path / "config.json").read_text()) == {
        "auths": {"localhost:1": {"auth": "QVdTOmh1c2gtaHVzaA=="}}
    }
    assert "hush" not in (tmp_path / "arguments").read_text() + json.dumps(state)


def test_without_a_password_the_users_own_login_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "users"))
    (tmp_path / "users").mkdir()
    (tmp_path / "users" / "config.json").write_text('{"auths": {}}')
    with client_double(tmp_path, PUSHED) as engine:
        engine.create(IMAGE, inputs(engine))
    assert (tmp_path / "config.json").read_text() == '{"auths": {}}'


def test_all_build_inputs_reach_the_client(tmp_path: Path) -> None:
    build = {
        **{"context": "fn", "dockerfile": "fn/Dockerfile", "platform": "linux/arm64", "target": "last"},
        **{"args": {"A": "1"}, "cacheFrom": {"images": ["localhost:1/x:t0"]}, "network": "host"},
        **{"addHosts": ["a:127.0.0.1"]},
    }
    with client_double(tmp_path, PUSHED) as engine:
        engine.create(IMAGE, inputs(engine, build=build))
    arguments = (tmp_path / "arguments").read_text().split("push")[0].splitlines()
    assert arguments[arguments.index("--iidfile") + 2 :] == [
        *("--file=fn/Dockerfile", "--platform=linux/arm64", "--target=last", "--network=host", "--progress=plain"),
        *("--build-arg=A=1", "--cache-from=localhost:1/x:t0", "--add-host=a:127.0.0.1", "fn"),
    ]


def test_an_interrupt_ends_the_client_and_is_reported(tmp_path: Path) -> None:
    with client_double(tmp_path, f"touch {tmp_path}/pushing; exec sleep 60") as engine:
        interrupt = threading.Thread(target=cancel_when, args=(engine, tmp_path / "pushing"))
        interrupt.start()
        with pytest.raises(grpc.RpcError, match="interrupted: docker push"):
            engine.create(IMAGE, inputs(engine))
        interrupt.join()


def cancel_when(engine: Engine, exists: Path) -> None:
    wait_until(exists.exists, 20, "the client pushes")
    engine.stub.Cancel(Empty())


def test_a_registry_that_is_not_on_this_machine_is_refused_unless_nothing_is_pushed(tmp_path: Path) -> None:
    remote = "123456789012.dkr.ecr.us-east-1.amazonaws.com/x:t1"
    with client_double(tmp_path, PUSHED) as engine:
        with pytest.raises(grpc.RpcError, match="only pushes to this machine, and the image name's registry is 1234"):
            inputs(engine, imageName=remote)
        assert inputs(engine, imageName=remote, skipPush=True)["imageName"] == remote
