"""The emulator by itself, without Docker: clients of it, its process, images pushed to it."""

import hashlib
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import psutil
from botocore.config import Config

from sandbox.emulator.process import REGION, Emulator
from sandbox.layout import PROJECT, Layout
from sandbox.process import wait_until

ENVIRONMENT = {"DOCKER_HOST": "unix:///nowhere", "SANDBOX_FUNCTION_CHANGE_SECONDS": "0.03"}
"""Of an emulator without Docker, whose functions are soon ready."""


@contextmanager
def running(home: Path) -> Iterator[Emulator]:
    started = Emulator(Layout(project=PROJECT, home=home, tools=home / "tools"))
    started.start(ENVIRONMENT, bridge=None)
    try:
        yield started
    finally:
        started.stop()


def client(emulator: Emulator, service: str, *credentials: str) -> Any:
    """With root's keys, or with others (id, secret, session token); makes each call once: the first answer counts."""
    key, secret, *session_token = credentials or emulator.credentials.values()
    session = boto3.Session(key, secret, session_token[0] if session_token else None, region_name=REGION)
    once = Config(retries={"total_max_attempts": 1})
    return session.client(service, endpoint_url=emulator.endpoint, config=once)  # type: ignore[call-overload]


def settle(awslambda: Any, function: str) -> None:
    """Wait until the function may be changed again."""

    def settled() -> bool:
        found = awslambda.get_function_configuration(FunctionName=function)
        return (found["State"], found["LastUpdateStatus"]) == ("Active", "Successful")

    wait_until(settled, 60, f"{function} is created or updated", interval=0.01)


def token(emulator: Emulator, *credentials: str) -> str:
    """What logs in to the registry, as ECR gives it."""
    (data,) = client(emulator, "ecr", *credentials).get_authorization_token()["authorizationData"]
    return str(data["authorizationToken"])


def logged_in(emulator: Emulator) -> dict[str, str]:
    """The environment in which Docker's client may push to the registry."""
    folder = emulator.layout.home / "login"
    folder.mkdir(exist_ok=True)
    logins = {"auths": {f"localhost:{emulator.port}": {"auth": token(emulator)}}}
    (folder / "config.json").write_text(json.dumps(logins))
    return {"DOCKER_CONFIG": str(folder)}


def process(emulator: Emulator) -> psutil.Process:
    found = emulator._background.process()
    assert found is not None
    return found


def kill(emulator: Emulator) -> None:
    running = process(emulator)
    running.kill()
    running.wait(10)


def push(emulator: Emulator, repository: str, tag: str, layer: bytes) -> str:
    """An image of one layer; gives its URI by digest."""
    digest, login = f"sha256:{hashlib.sha256(layer).hexdigest()}", {"Authorization": f"Basic {token(emulator)}"}
    manifest = json.dumps({"schemaVersion": 2, "layers": [{"digest": digest}]}).encode()
    for method, path, body in (
        ("POST", f"blobs/uploads/?digest={digest}", layer),
        ("PUT", f"manifests/{tag}", manifest),
    ):
        url = f"{emulator.endpoint}/v2/{repository}/{path}"
        request = urllib.request.Request(url, data=body, method=method, headers=login)
        urllib.request.urlopen(request, timeout=10).close()
    return f"localhost:{emulator.port}/{repository}@sha256:{hashlib.sha256(manifest).hexdigest()}"
