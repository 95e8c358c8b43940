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

from sandbox.emulator import REGION, Emulator
from sandbox.layout import PROJECT, Layout

NO_DOCKER = {"DOCKER_HOST": "unix:///nowhere"}


@contextmanager
def running(home: Path) -> Iterator[Emulator]:
    started = Emulator(Layout(project=PROJECT, home=home, tools=home / "tools"))
    started.start(NO_DOCKER, bridge=None)
    try:
        yield started
    finally:
        started.stop()


def client(emulator: Emulator, service: str, key: str = "test", secret: str = "test") -> Any:
    """Makes each call once: a test sees the first answer."""
    session = boto3.Session(key, secret, region_name=REGION)
    once = Config(retries={"total_max_attempts": 1})
    return session.client(service, endpoint_url=emulator.endpoint, config=once)  # type: ignore[call-overload]


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
    digest = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    manifest = json.dumps({"schemaVersion": 2, "layers": [{"digest": digest}]}).encode()
    for method, path, body in (
        ("POST", f"blobs/uploads/?digest={digest}", layer),
        ("PUT", f"manifests/{tag}", manifest),
    ):
        url = f"{emulator.endpoint}/v2/{repository}/{path}"
        urllib.request.urlopen(urllib.request.Request(url, data=body, method=method), timeout=10).close()
    return f"localhost:{emulator.port}/{repository}@sha256:{hashlib.sha256(manifest).hexdigest()}"
