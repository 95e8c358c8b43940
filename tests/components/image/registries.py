"""A registry as ECR is one: blobs belong to a repository, redirects lead elsewhere, and tags don't move."""

import hashlib
import http.server
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from components.image.registry_client import RegistryClient

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
LOGIN = "Basic QVdTOnNlY3JldA=="


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class Repository:
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def push(self, tag: str, *layers: bytes, architecture: str = "amd64") -> str:
        """Store an image; gives its digest."""
        config = json.dumps({"architecture": architecture, "config": {"Cmd": ["app.handler"]}}).encode()
        self.blobs |= {digest_of(blob): blob for blob in (config, *layers)}
        parts = [{"digest": digest_of(blob), "size": len(blob)} for blob in (config, *layers)]
        manifest = json.dumps({"mediaType": DOCKER, "config": parts[0], "layers": parts[1:]}, indent=3).encode()
        self.manifests[digest_of(manifest)] = manifest
        self.tags[tag] = digest_of(manifest)
        return digest_of(manifest)


@dataclass
class FakeRegistry:
    repositories: dict[str, Repository]
    mounts: bool = False
    """Whether it mounts blobs of other repositories."""
    refuses: str = ""
    """A method that it refuses."""
    requests: list[str] = field(default_factory=list)
    """Method and path of each request."""
    uploads: dict[str, bytes] = field(default_factory=dict)
    host: str = ""

    def client(self, name: str, password: str = "secret") -> RegistryClient:
        return RegistryClient(f"{self.host}/{name}", "AWS", password)

    def sent(self, method: str) -> list[str]:
        return [path for each, path in (request.split(" ", 1) for request in self.requests) if each == method]


@contextmanager
def serving(registry: FakeRegistry) -> Iterator[FakeRegistry]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            registry.requests.append(f"{self.command} {self.path}")
            parts = urlsplit(self.path)
            if parts.path.startswith("/elsewhere/"):  # as S3, which takes no login beside its own
                blob = parts.path.rpartition("/")[2]
                found = [its.blobs[blob] for its in registry.repositories.values() if blob in its.blobs]
                self.answer(400 if self.headers["Authorization"] else 200, found[0])
                return
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            if self.headers["Authorization"] != LOGIN:
                self.answer(401)
                return
            if self.command == registry.refuses:
                self.answer(403)
                return
            path = re.fullmatch(r"/v2/(?P<name>.+?)/(?P<kind>manifests|blobs/uploads|blobs)/(?P<what>.*)", parts.path)
            repository = registry.repositories.get(path["name"]) if path else None
            if path is None or repository is None:
                self.answer(404)
                return
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            getattr(self, path["kind"].replace("blobs/", ""))(repository, path["what"], query, body)

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = handle_any

        def manifests(self, repository: Repository, what: str, query: dict[str, str], body: bytes) -> None:
            digest = repository.tags.get(what, what)
            if self.command == "PUT":
                manifest = json.loads(body)
                wanted = {part["digest"] for part in (manifest["config"], *manifest["layers"])}
                if wanted - repository.blobs.keys() or repository.tags.get(what, digest_of(body)) != digest_of(body):
                    self.answer(400)
                    return
                repository.manifests[digest_of(body)] = body
                repository.tags[what] = digest_of(body)
                self.answer(201)
            elif digest in repository.manifests:
                self.answer(200, repository.manifests[digest], {"Content-Type": DOCKER})
            else:
                self.answer(404)

        def blobs(self, repository: Repository, what: str, query: dict[str, str], body: bytes) -> None:
            if what not in repository.blobs:
                self.answer(404)
            elif self.command == "HEAD":
                self.answer(200)
            else:
                self.answer(307, headers={"Location": f"/elsewhere/{what}"})

        def uploads(self, repository: Repository, what: str, query: dict[str, str], body: bytes) -> None:
            source = registry.repositories.get(query.get("from", ""))
            if self.command == "POST" and registry.mounts and source and query["mount"] in source.blobs:
                repository.blobs[query["mount"]] = source.blobs[query["mount"]]
                self.answer(201)
            elif self.command == "POST":
                self.answer(202, headers={"Location": f"{self.path.partition('?')[0]}{len(registry.uploads)}?state=a"})
            elif self.command == "PATCH":
                registry.uploads[what] = body
                self.answer(202, headers={"Location": f"{self.path.partition('?')[0]}?state=b"})
            elif digest_of(registry.uploads[what]) == query["digest"] and query["state"] == "b":
                repository.blobs[query["digest"]] = registry.uploads[what]
                self.answer(201)
            else:
                self.answer(400)

        def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        registry.host = f"127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield registry
        finally:
            server.shutdown()
