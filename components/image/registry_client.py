"""Reads and tags images by the registry's HTTP API, with the login that images are pushed with.

https://distribution.github.io/distribution/spec/api/
"""

import base64
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus

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
        return self._request("GET", path, {"Accept": ", ".join(sorted(MANIFESTS | INDEXES))})

    def add_tag(self, digest: str, tag: str) -> None:
        """Give an image another tag, unless it has it already. Raises OSError if the registry refuses."""
        try:
            self.read(f"manifests/{tag}")
        except FileNotFoundError:
            media_type, manifest = self.read(f"manifests/{digest}")
            self._request("PUT", f"manifests/{tag}", {"Content-Type": media_type}, manifest)

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[str, bytes]:
        host, _, repository = self.repository.partition("/")
        scheme = "http" if loopback_endpoint(f"http://{host}") else "https"
        url = f"{scheme}://{host}/v2/{repository}/{path}"
        request = urllib.request.Request(url, body, headers, method=method)
        login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        # ECR redirects to S3, which refuses a request with this header.
        request.add_unredirected_header("Authorization", f"Basic {login}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as refused:
            if refused.code == HTTPStatus.NOT_FOUND:
                raise FileNotFoundError(path) from None
            raise OSError(f"it answered {refused.code} {refused.reason}") from None


def reason(failed: Exception) -> str:
    """Return what went wrong, for an error message."""
    what = failed.reason if isinstance(failed, urllib.error.URLError) else failed
    return f"{type(failed).__name__}: {what}"
