from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.cli.doctor import _docker
from sandbox.docker.engine import DockerEngine
from sandbox.docker.limits import Limits
from sandbox.errors import SandboxError
from tests.sandbox.fake_docker import FakeDocker


def use(engine: DockerEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.cli.doctor.connect_docker", lambda: engine)


def test_an_engine_with_a_store_of_its_own_is_named_and_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(FakeDocker.at(tmp_path, {}).engine(), monkeypatch)
    assert _docker() == f"engine 20.10.24 at unix:///nowhere, client {tmp_path}/docker"


def test_containerds_store_is_reported_to_fail_in_the_cloud_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox's own plugin builds there."""
    use(replace(FakeDocker.at(tmp_path, {}).engine(), containerd_store=True), monkeypatch)
    found = _docker()
    assert "the sandbox builds there, but if you run `pulumi up` for a stack in the cloud" in found
    assert "https://github.com/pulumi/pulumi-docker/issues/967" in found
    assert '"containerd-snapshotter": false' in found


def test_limits_that_the_engine_lacks_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(replace(FakeDocker.at(tmp_path, {}).engine(), limits=Limits(cpu=False)), monkeypatch)
    assert _docker().endswith("; it can't limit the processor time of functions, which get more than on Lambda")


def test_containerds_store_is_missing_something_for_the_official_plugins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(replace(FakeDocker.at(tmp_path, {}).engine(), containerd_store=True), monkeypatch)
    monkeypatch.setenv("SANDBOX_PLUGINS", "official")
    with pytest.raises(SandboxError, match="or leave SANDBOX_PLUGINS out"):
        _docker()
