"""Stores image layers as files, in front of the emulator's registry.

MiniStack keeps every layer in memory and writes all of them as base64 JSON when it stops. This ASGI application answers
the blob part of the registry protocol itself, streaming to and from files named by digest, and passes everything else
on. One file serves every repository, so a layer they share is stored and pushed once.
https://distribution.github.io/distribution/spec/api/
"""

import asyncio
import hashlib
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

DIGEST = "sha256:[0-9a-f]{64}"
BLOB_PATH = re.compile(rf"/v2/(?P<repository>.+)/blobs/(?:uploads/(?P<upload>[0-9a-f-]*)|(?P<digest>{DIGEST}))")
CHUNK_BYTES = 1 << 20


class BlobStore:
    """Layers as files below `folder`, named by their digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        return self.folder / digest.replace(":", "-")

    def upload(self, identifier: str) -> Path:
        return self.folder / f"upload-{identifier}"

    def sweep(self, wanted: Collection[str], grace: float) -> list[Path]:
        """Delete files that no manifest refers to and nobody requested within `grace` seconds. Returns those files."""
        kept = {self.path(digest) for digest in wanted}
        before = time.time() - grace
        gone = [file for file in self.folder.iterdir() if file not in kept and file.stat().st_mtime < before]
        for file in gone:
            file.unlink()
        return gone


class Registry:
    """The blob endpoints over a BlobStore; any other request goes to `behind`."""

    def __init__(self, store: BlobStore, behind: Application, has_repository: Callable[[str], bool]) -> None:
        self._store = store
        self._behind = behind
        self._has_repository = has_repository

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        request = BLOB_PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if request is None:
            await self._behind(scope, receive, send)
        elif not self._has_repository(request["repository"]):
            await _refuse(send, 404, "NAME_UNKNOWN", request["repository"])
        elif request["digest"]:
            await self._blob(scope["method"], request["digest"], send)
        else:
            query = {key: values[0] for key, values in parse_qs(scope["query_string"].decode()).items()}
            await self._upload(scope["method"], request["repository"], request["upload"], query, receive, send)

    async def _blob(self, method: str, digest: str, send: Send) -> None:
        file = self._store.path(digest)
        if not file.exists():
            await _refuse(send, 404, "BLOB_UNKNOWN", digest)
            return
        file.touch()  # a push is going to refer to it
        headers = {"Docker-Content-Digest": digest, "Content-Length": str(file.stat().st_size)}
        await _start(send, 200, {**headers, "Content-Type": "application/octet-stream"})
        if method == "GET":
            with file.open("rb") as content:
                while chunk := content.read(CHUNK_BYTES):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _upload(
        self, method: str, repository: str, identifier: str, query: dict[str, str], receive: Receive, send: Send
    ) -> None:
        """POST begins an upload, PATCH adds to it, PUT ends it with the expected digest, DELETE cancels it."""
        if method == "DELETE":
            self._store.upload(identifier).unlink(missing_ok=True)
            await answer(send, 204, {})
            return
        if method == "POST" and (known := self._store.path(query.get("mount", "-"))).exists():
            known.touch()
            await answer(send, 201, {"Location": f"/v2/{repository}/blobs/{query['mount']}"})
            return
        identifier = identifier or str(uuid.uuid4())
        unfinished = self._store.upload(identifier)
        chunks = _body(receive)
        try:
            with unfinished.open("ab") as file:
                async for chunk in chunks:
                    file.write(chunk)
                size = file.tell()
        except OSError as failed:
            unfinished.unlink(missing_ok=True)
            async for _ in chunks:  # a client reads no answer before it has sent everything
                pass
            # A client stops at a denial. After any other failure it would retry for a minute.
            await _refuse(send, 403, "DENIED", f"{failed.strerror} at {self._store.folder}")
            return
        if "digest" not in query:
            place = {"Location": f"/v2/{repository}/blobs/uploads/{identifier}", "Docker-Upload-UUID": identifier}
            await answer(send, 202, {**place, "Range": f"0-{max(size - 1, 0)}"})
        elif await asyncio.to_thread(_digest, unfinished) != query["digest"]:
            unfinished.unlink()
            await _refuse(send, 400, "DIGEST_INVALID", query["digest"])
        else:
            unfinished.rename(self._store.path(query["digest"]))
            place = {"Location": f"/v2/{repository}/blobs/{query['digest']}"}
            await answer(send, 201, {**place, "Docker-Content-Digest": query["digest"]})


async def _body(receive: Receive) -> Any:
    while True:
        message = await receive()
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    pairs: Iterable[tuple[bytes, bytes]] = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": list(pairs)})


async def answer(send: Send, status: int, headers: dict[str, str], body: bytes = b"") -> None:
    await _start(send, status, {**headers, "Content-Length": str(len(body))})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _refuse(send: Send, status: int, code: str, about: str) -> None:
    body = json.dumps({"errors": [{"code": code, "message": about}]})
    await answer(send, status, {"Content-Type": "application/json"}, body.encode())
