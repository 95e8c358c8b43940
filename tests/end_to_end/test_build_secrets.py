"""Secrets of builds: an index with a password, a value of the stack and an SSH agent, and nothing of them anywhere."""

import base64
import hashlib
import io
import json
import os
import subprocess
import threading
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.process import wait_until
from tests.end_to_end.checkout import Checkout, Ran
from tests.end_to_end.conftest import TINY
from tests.end_to_end.docker import client

pytestmark = pytest.mark.sandbox

PASSWORD, ROTATED, WRONG = "planted-4f1c-index", "planted-9b7e-index", "planted-0d3a-wrong"
TOKEN = "planted-66e2-token"
RUN = uuid.uuid4().hex
"""What an earlier run of this file built is in Docker's cache, and must not be taken for a build of this run."""
SETTINGS = """
buildArgs: {{INDEX_HOST: "{host}", REVISION: "{run}-1"}}
buildSecrets:
  pip-index: {{env: PRIVATE_INDEX}}
  token: {{}}
buildSsh: true
"""
PLAIN = """
FROM public.ecr.aws/lambda/python:3.13
COPY plain.py ${LAMBDA_TASK_ROOT}/
CMD ["plain.handler"]
"""


class Index(ThreadingHTTPServer):
    """A package index with one wheel, which only the user `ci` with the current password may read."""

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.password = PASSWORD
        self.downloads = 0

    def url(self, password: str) -> str:
        return f"http://ci:{password}@{self.server_address[0]!s}:{self.server_address[1]}/simple/"


class _Handler(BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        login = base64.b64encode(f"ci:{self.server.password}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {login}":
            return self._answer(401, b"who are you?")
        if self.path == "/simple/lambda-images-private/":
            return self._answer(200, f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode())
        if self.path == f"/files/{WHEEL}":
            self.server.downloads += 1
            return self._answer(200, wheel())
        return self._answer(404, b"")

    def _answer(self, code: int, content: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "text/html" if content.startswith(b"<") else "application/octet-stream")
        self.send_header("Content-Length", str(len(content)))
        if code == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


WHEEL = "lambda_images_private-1.0-py3-none-any.whl"


def wheel() -> bytes:
    """https://packaging.python.org/en/latest/specifications/binary-distribution-format/"""
    info = "lambda_images_private-1.0.dist-info"
    files = {
        "lambda_images_private.py": "ANSWER = 42\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: lambda-images-private\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # at a fixed time, because its hash is that of every call
    return written.getvalue()


@pytest.fixture(scope="module")
def index(docker: DockerEngine) -> Iterator[Index]:
    address = docker.bridge_address()
    if address is None:
        pytest.skip("builds don't reach this machine, because Docker's bridge isn't on it")
    with Index(address) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket of an SSH agent with one key."""
    folder = tmp_path_factory.mktemp("agent")
    socket = str(folder / "socket")
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as running:
        try:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
            command, environ = ["ssh-add", "-q", str(folder / "key")], {**os.environ, "SSH_AUTH_SOCK": socket}
            wait_until(
                lambda: subprocess.run(command, env=environ, stderr=subprocess.DEVNULL).returncode == 0,
                10,
                "the agent has the key",
            )
            yield socket
        finally:
            running.terminate()


@dataclass
class Updates:
    """What became of the updates of one checkout, whose module `private` needs secrets."""

    checkout: Checkout
    ran: dict[str, Ran] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: dict[str, dict[str, int]] = field(default_factory=dict)
    types: dict[str, list[str]] = field(default_factory=dict)
    """The types of the resources that are named `private-image`, after an update."""
    logs: dict[str, str] = field(default_factory=dict)
    downloads: dict[str, int] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    def update(self, name: str, index: Index) -> None:
        self.ran[name] = self.checkout.up()
        self.outputs[name] = self.checkout.outputs().get("private", {})
        state = self.checkout.state()
        self.types[name] = [one["type"] for one in state if one["urn"].endswith("::private-image")]
        self.downloads[name] = index.downloads
        self.logs[name] = (self.checkout.layout.logs / "up.log").read_text()


@pytest.fixture(scope="module")
def updates(index: Index, agent: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Updates]:
    checkout = Checkout.at(tmp_path_factory.mktemp("build-secrets") / "checkout")
    folder = checkout.add("private", TINY / "private")
    digest = hashlib.sha256(wheel()).hexdigest()
    (folder / "requirements.txt").write_text(f"lambda-images-private==1.0 --hash=sha256:{digest}\n")
    (folder / ".dockerignore").write_text("module.yaml\n")
    (folder / "module.yaml").write_text(SETTINGS.format(host=index.server_address[0], run=RUN))
    updates = Updates(checkout)
    environ = pytest.MonkeyPatch()
    try:
        environ.setenv("PRIVATE_INDEX", index.url(PASSWORD))
        environ.setenv("SSH_AUTH_SOCK", agent)
        set_token = ("config", "set", "--secret", "--path", "buildSecrets.token")
        checkout.pulumi(*set_token, stdin=TOKEN).ok()
        updates.update("first", index)

        index.password = ROTATED
        environ.setenv("PRIVATE_INDEX", index.url(ROTATED))
        updates.steps["rotated"] = checkout.preview_steps()
        updates.update("rotated", index)

        checkout.edit("modules/private/module.yaml", f"{RUN}-1", f"{RUN}-2")
        environ.setenv("PRIVATE_INDEX", index.url(WRONG))
        updates.steps["changed"] = checkout.preview_steps()
        updates.update("wrong", index)
        updates.answers["after failures"] = checkout.invoke("private")

        environ.setenv("PRIVATE_INDEX", index.url(ROTATED))
        updates.update("second", index)
        updates.answers["second"] = checkout.invoke("private")

        (folder / "Dockerfile").write_text(PLAIN)
        (folder / "plain.py").write_text("def handler(event, context):\n    return {'answer': 'plain'}\n")
        (folder / "module.yaml").unlink()
        checkout.pulumi("config", "rm", "buildSecrets").ok()
        updates.update("plain", index)
        updates.answers["plain"] = checkout.invoke("private")
        yield updates
    finally:
        environ.undo()
        checkout.remove_sandbox()


def told(content: bytes) -> list[str]:
    """The secrets that are in it, as they are or in Base64."""
    values = (PASSWORD, ROTATED, WRONG, TOKEN)
    logins = {f"ci:{value}": base64.b64encode(f"ci:{value}".encode()) for value in values}
    forms = {**{value: value.encode() for value in values}, **logins}
    encoded = {f"{value} in Base64": base64.b64encode(value.encode())[:-4] for value in values}
    return [name for name, form in {**forms, **encoded}.items() if form in content]


def test_a_build_reads_an_index_with_a_password_a_value_of_the_stack_and_an_agent(updates: Updates) -> None:
    updates.ran["first"].ok()
    assert updates.downloads["first"] == 1
    assert updates.types["first"] == ["pulumi:index:Stash"]
    assert f"revision {RUN}-1" in updates.logs["first"]  # as the plugin shows each line of a build


def test_another_password_builds_nothing_and_changes_nothing(updates: Updates) -> None:
    assert updates.steps["rotated"] == {}
    updates.ran["rotated"].ok()
    assert updates.outputs["rotated"] == updates.outputs["first"]
    assert updates.downloads["rotated"] == 1


def test_a_build_that_fails_says_why_and_leaves_what_is_served(updates: Updates) -> None:
    assert "replace" in updates.steps["changed"]
    shown = updates.ran["wrong"].failed()
    assert "can't be built: `docker build` ended with exit code 1. The version that is served stays" in shown
    assert "401" in shown
    assert "***" in shown  # what the Dockerfile printed of its secrets
    assert updates.answers["after failures"] == {"answer": "42"}


def test_the_next_update_builds_what_failed(updates: Updates) -> None:
    updates.ran["second"].ok()
    assert updates.downloads["second"] == 2
    assert updates.outputs["second"]["digest"] != updates.outputs["first"]["digest"]
    assert updates.answers["second"] == {"answer": "42"}


def test_a_module_that_needs_secrets_no_more_is_built_by_the_plugin_again(updates: Updates) -> None:
    updates.ran["plain"].ok()
    assert updates.types["plain"] == ["docker:index/image:Image"]
    assert updates.answers["plain"] == {"answer": "plain"}


def test_nothing_that_a_user_sees_shows_a_secret(updates: Updates) -> None:
    shown = [text for ran in updates.ran.values() for text in (ran.stdout, ran.stderr)]
    shown += [updates.checkout.pulumi("stack", "export").ok(), json.dumps(updates.outputs)]
    assert told("\n".join(shown).encode()) == []


def test_no_file_of_the_sandbox_has_a_secret(updates: Updates) -> None:
    """State with its history and backups, logs, event logs, transcripts, logins, the emulator's files, the checkout."""
    files = [file for file in updates.checkout.root.rglob("*") if file.is_file() and not file.is_symlink()]
    for folder in ("state", "logs", "emulator"):
        assert any(file.is_relative_to(updates.checkout.home / folder) for file in files)
    assert {str(file): found for file in files if (found := told(file.read_bytes()))} == {}


def test_neither_images_nor_docker_s_cache_have_a_secret(updates: Updates) -> None:
    outputs = updates.outputs["second"]
    image = client().images.get(f"{outputs['imageUri'].partition('@')[0]}:{outputs['tag']}")
    assert told(b"".join(image.save())) == []
    assert told(json.dumps([image.attrs, image.history()]).encode()) == []
    assert told(json.dumps(client().df()).encode()) == []
    ours = Path.home() / ".docker" / "config.json"
    host = updates.outputs["first"]["imageUri"].partition("/")[0]
    assert not ours.exists() or host not in ours.read_text()
