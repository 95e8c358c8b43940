import asyncio
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.emulator.layers import BlobStore, Message, Receive, Registry, Send

CONTENT = b"a layer"
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """Speaks ASGI to a registry that knows the repository `known`; what it passes on is answered with 299."""

    def __init__(self, folder: Path) -> None:
        self.store = BlobStore(folder)
        self._registry = Registry(self.store, self._behind, lambda name: name == "team/known")

    def ask(self, method: str, path: str, *chunks: bytes) -> Answer:
        path, _, query = path.partition("?")
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
        parts = [{"body": chunk, "more_body": True} for chunk in chunks] + [{"body": b"", "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            return parts.pop(0)

        async def send(message: Message) -> None:
            sent.append(message)

        asyncio.run(self._registry(scope, receive, send))
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, b"".join(message["body"] for message in sent[1:]))

    def push(self, content: bytes, digest: str) -> Answer:
        """As `docker push` does: begin, send in pieces, end with the digest."""
        place = self.ask("POST", "/v2/team/known/blobs/uploads/").headers["location"]
        self.ask("PATCH", place, content[:3], content[3:])
        return self.ask("PUT", f"{place}?digest={digest}")

    @staticmethod
    async def _behind(scope: Message, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(tmp_path / "layers")


def names(client: Client) -> list[str]:
    return sorted(file.name for file in client.store.folder.iterdir())


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_a_pushed_layer_can_be_pulled(client: Client) -> None:
    assert client.push(CONTENT, DIGEST).status == 201
    answer = client.ask("GET", f"/v2/team/known/blobs/{DIGEST}")
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-length"] == str(len(CONTENT))


def test_asking_for_a_layers_head_gives_its_size_and_no_content(client: Client) -> None:
    client.push(CONTENT, DIGEST)
    answer = client.ask("HEAD", f"/v2/team/known/blobs/{DIGEST}")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, str(len(CONTENT)), b"")


def test_a_layer_can_be_pushed_in_one_request(client: Client) -> None:
    assert client.ask("POST", f"/v2/team/known/blobs/uploads/?digest={DIGEST}", CONTENT).status == 201
    assert names(client) == [DIGEST.replace(":", "-")]


def test_a_layer_whose_content_differs_from_its_digest_is_refused_and_not_kept(client: Client) -> None:
    answer = client.push(b"something else", DIGEST)
    assert (answer.status, b"DIGEST_INVALID" in answer.body) == (400, True)
    assert names(client) == []


def test_a_layer_that_another_repository_has_need_not_be_sent_again(client: Client) -> None:
    client.push(CONTENT, DIGEST)
    answer = client.ask("POST", f"/v2/team/known/blobs/uploads/?mount={DIGEST}&from=team/other")
    assert (answer.status, answer.headers["location"]) == (201, f"/v2/team/known/blobs/{DIGEST}")


def test_a_mount_of_an_unknown_layer_begins_an_upload(client: Client) -> None:
    assert client.ask("POST", f"/v2/team/known/blobs/uploads/?mount={DIGEST}&from=team/other").status == 202


def test_an_upload_that_is_given_up_leaves_nothing(client: Client) -> None:
    place = client.ask("POST", "/v2/team/known/blobs/uploads/").headers["location"]
    assert client.ask("DELETE", place).status == 204
    assert names(client) == []


def test_a_layer_that_the_disk_has_no_room_for_is_denied_and_not_kept(client: Client) -> None:
    client.store.upload("00-ff").symlink_to("/dev/full")
    answer = client.ask("PATCH", "/v2/team/known/blobs/uploads/00-ff", CONTENT)
    assert answer.status == 403, "at any other failure a client tries again for a minute"
    errors = json.loads(answer.body)["errors"]
    assert errors == [{"code": "DENIED", "message": f"No space left on device at {client.store.folder}"}]
    assert names(client) == []


def test_a_layer_that_is_not_there_is_unknown(client: Client) -> None:
    answer = client.ask("GET", f"/v2/team/known/blobs/{DIGEST}")
    assert (answer.status, b"BLOB_UNKNOWN" in answer.body) == (404, True)


def test_an_unknown_repository_takes_no_layers(client: Client) -> None:
    answer = client.ask("POST", "/v2/team/unknown/blobs/uploads/")
    assert (answer.status, b"NAME_UNKNOWN" in answer.body) == (404, True)


@pytest.mark.parametrize("path", ["/v2/", "/v2/team/known/manifests/latest", "/v2/team/known/tags/list", "/bucket/key"])
def test_everything_but_layers_is_passed_on(client: Client, path: str) -> None:
    assert client.ask("GET", path).status == 299


def test_a_sweep_deletes_what_nothing_refers_to(client: Client) -> None:
    client.push(CONTENT, DIGEST)
    client.push(b"other", other := f"sha256:{hashlib.sha256(b'other').hexdigest()}")
    gone = client.store.sweep({other}, grace=0)
    assert [file.name for file in gone] == [DIGEST.replace(":", "-")]
    assert names(client) == [other.replace(":", "-")]


def test_a_layer_that_a_running_push_checked_for_survives_the_sweep(client: Client) -> None:
    client.push(CONTENT, DIGEST)
    age(client.store.path(DIGEST), 1000)
    client.ask("HEAD", f"/v2/team/known/blobs/{DIGEST}")
    assert client.store.sweep(set(), grace=600) == []


def test_an_abandoned_upload_is_swept(client: Client) -> None:
    client.ask("POST", "/v2/team/known/blobs/uploads/")
    (unfinished,) = client.store.folder.iterdir()
    age(unfinished, 1000)
    client.store.sweep(set(), grace=600)
    assert names(client) == []


def test_the_body_is_streamed_to_the_file_as_it_comes(client: Client) -> None:
    """A layer larger than the memory one wants to spend must not be collected first."""
    store = client.store
    seen: list[Any] = []

    async def run() -> None:
        parts = [b"one", b"two"]

        async def receive() -> Message:
            seen.extend(file.stat().st_size for file in store.folder.iterdir())
            body = parts.pop(0) if parts else b""
            return {"body": body * (1 << 20), "more_body": bool(parts)}

        async def send(message: Message) -> None: ...

        place = "/v2/team/known/blobs/uploads/0-0"
        scope = {"type": "http", "method": "PATCH", "path": place, "query_string": b""}
        await client._registry(scope, receive, send)

    asyncio.run(run())
    assert seen == [0, 3 << 20]
