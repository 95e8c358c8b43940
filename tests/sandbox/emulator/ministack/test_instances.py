import threading
from typing import Any

import pytest
from ministack.services import lambda_svc

from sandbox.emulator.ministack import instances

ACCOUNT, REGION, NAME = "000000000000", "us-east-1", "f"


def configuration(version: str, revision: str, name: str = NAME) -> dict[str, Any]:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    image = {"PackageType": "Image", "ImageUri": "localhost:4566/team/f@sha256:0"}
    return {"FunctionArn": arn, "FunctionName": name, "Version": version, "RevisionId": revision, **image}


class Pool:
    """The instances of functions, and which of them were stopped."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stopped: list[str] = []
        self.stopped_by: set[threading.Thread] = set()
        self._functions: dict[Any, Any] = {}
        self._pool: dict[str, list[dict[str, Any]]] = {}
        monkeypatch.setattr(lambda_svc._functions, "_data", self._functions)
        monkeypatch.setattr(lambda_svc, "_warm_pool", self._pool)
        monkeypatch.setattr(lambda_svc, "_kill_pool_entry", self._stop)

    def function(self, latest: str, *published: str) -> None:
        versions = {version: {"config": configuration(version, f"of-{version}")} for version in published}
        function = {"config": configuration("$LATEST", latest), "versions": versions}
        self._functions[(ACCOUNT, REGION, NAME)] = function

    def instance(self, name: str, of: dict[str, Any], busy: bool = False) -> None:
        key = instances.key_of_revision(of["FunctionName"], of)
        self._pool.setdefault(key, []).append({"container": name, "in_use": busy})

    def left(self) -> list[str]:
        return [instance["container"] for pool in self._pool.values() for instance in pool]

    def retire(self) -> None:
        instances.retire(ACCOUNT, NAME)
        for thread in threading.enumerate():
            if thread.name == instances.THREAD:
                thread.join(10)

    def _stop(self, instance: dict[str, Any]) -> None:
        self.stopped.append(instance["container"])
        self.stopped_by.add(threading.current_thread())


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    return Pool(monkeypatch)


def test_an_update_stops_the_idle_instances_of_the_revision_before_alone(pool: Pool) -> None:
    pool.function("new", "1", "2")
    pool.instance("latest, idle", configuration("$LATEST", "old"))
    pool.instance("latest, busy", configuration("$LATEST", "old"), busy=True)
    pool.instance("latest, new", configuration("$LATEST", "new"))
    pool.instance("published", configuration("1", "of-1"))
    pool.instance("of another function", configuration("$LATEST", "old", name="g"))
    pool.retire()
    assert pool.stopped == ["latest, idle"]
    assert sorted(pool.left()) == ["latest, busy", "latest, new", "of another function", "published"]


def test_the_caller_does_not_wait_for_them_to_stop(pool: Pool) -> None:
    pool.instance("of a deleted function", configuration("1", "of-1"))
    pool.retire()
    assert pool.stopped == ["of a deleted function"]
    assert threading.current_thread() not in pool.stopped_by


@pytest.mark.parametrize("other", [("1", "same"), ("$LATEST", "other")])
def test_versions_and_revisions_of_one_image_share_no_instance(other: tuple[str, str]) -> None:
    def key(version: str, revision: str) -> str:
        return instances.key_of_revision(NAME, configuration(version, revision))

    assert key("$LATEST", "same") != key(*other)
