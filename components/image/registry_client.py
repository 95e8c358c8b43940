"""Reads, tags and copies images by the registry's HTTP API, with the login that images are pushed with.

https://distribution.github.io/distribution/spec/api/
"""

import base64
import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import BinaryIO
from urllib.parse import quote, urljoin, urlsplit

from components.endpoint import loopback_endpoint

MANIFESTS = {
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
}
"""The media types of a single image."""
INDEXES = {
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
}
"""The media types of a list of images."""
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class RegistryClient:
    repository: str
    """`<host>/<repository>`."""
    username: str
    password: str

    def read(self, path: str) -> tuple[str, bytes]:
        """Return the media type and the content for a path below the repository, such as `manifests/sha256:...`.

        Raises FileNotFoundError if there is none, and OSError if the registry can't be read.
        """
        return self._request("GET", path, _accepted())

    def digest_of(self, tag: str) -> str | None:
        """Return the digest of the image with a tag. None if there is none. Raises OSError if it can't be read."""
        try:
            return f"sha256:{hashlib.sha256(self.read(f'manifests/{tag}')[1]).hexdigest()}"
        except FileNotFoundError:
            return None

    def add_tag(self, digest: str, tag: str) -> None:
        """Give an image another tag, unless it has it already. Raises OSError if the registry refuses."""
        try:
            self.read(f"manifests/{tag}")
        except FileNotFoundError:
            media_type, manifest = self.read(f"manifests/{digest}")
            self.put_manifest(tag, media_type, manifest)

    def has(self, path: str) -> bool:
        """Whether there is something at a path below the repository. Raises OSError if the registry can't be read."""
        try:
            with self._open("HEAD", self._url(path), _accepted()):
                return True
        except FileNotFoundError:
            return False

    def put_manifest(self, tag: str, media_type: str, manifest: bytes) -> None:
        """Store an image's manifest under a tag. Raises OSError if the registry refuses."""
        self._request("PUT", f"manifests/{tag}", {"Content-Type": media_type}, manifest)

    def copy_blob(self, source: "RegistryClient", digest: str, size: int) -> None:
        """Copy a layer or a configuration from another repository, without holding it in memory.

        The registry is asked to mount it if it has both repositories, and may refuse. Raises OSError.
        """
        mount = f"?mount={quote(digest)}&from={quote(source.name, safe='')}" if source.host == self.host else ""
        with self._open("POST", self._url(f"blobs/uploads/{mount}")) as begun:
            if begun.status == HTTPStatus.CREATED:
                return
            place = _location(begun)
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        with (
            source._open("GET", source._url(f"blobs/{digest}")) as content,
            self._open("PATCH", place, headers, content) as uploaded,
        ):
            place = _location(uploaded)
        query = f"digest={quote(digest)}"
        with self._open("PUT", f"{place}{'&' if urlsplit(place).query else '?'}{query}"):
            pass

    @property
    def host(self) -> str:
        return self.repository.partition("/")[0]

    @property
    def name(self) -> str:
        """The repository's name within the registry."""
        return self.repository.partition("/")[2]

    def _url(self, path: str) -> str:
        scheme = "http" if loopback_endpoint(f"http://{self.host}") else "https"
        return f"{scheme}://{self.host}/v2/{self.name}/{path}"

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[str, bytes]:
        with self._open(method, self._url(path), headers, body) as answer:
            return answer.headers.get_content_type(), answer.read()

    @contextmanager
    def _open(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: bytes | BinaryIO | HTTPResponse | None = None,
    ) -> Iterator[HTTPResponse]:
        request = urllib.request.Request(url, body, headers or {}, method=method)
        if urlsplit(url).netloc == self.host:
            login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            # ECR redirects to S3, which refuses a request with this header.
            request.add_unredirected_header("Authorization", f"Basic {login}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                yield answer
        except urllib.error.HTTPError as refused:
            refused.close()  # it is the answer as well
            if refused.code == HTTPStatus.NOT_FOUND:
                raise FileNotFoundError(urlsplit(url).path.partition(f"/v2/{self.name}/")[2]) from None
            raise OSError(f"it answered {refused.code} {refused.reason}") from None
        except HTTPException as broken:
            raise OSError(f"its answer is broken: {type(broken).__name__}") from None


def _accepted() -> dict[str, str]:
    return {"Accept": ", ".join(sorted(MANIFESTS | INDEXES))}


def _location(answer: HTTPResponse) -> str:
    """Where an upload goes on, as a URL."""
    return urljoin(answer.url, answer.headers.get("Location", ""))


def reason(failed: Exception) -> str:
    """Return what went wrong, for an error message."""
    what = failed.reason if isinstance(failed, urllib.error.URLError) else failed
    return f"{type(failed).__name__}: {what}"
