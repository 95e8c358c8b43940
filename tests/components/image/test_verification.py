"""What Lambda would reject is refused before the function changes."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from components.errors import ComponentError
from components.image.registry_client import RegistryClient
from components.image.verification import MAX_IMAGE_BYTES, verify_image

DIGEST = f"sha256:{64 * '1'}"
CONFIG = f"sha256:{64 * '2'}"
URI = f"registry.example/team/app@{DIGEST}"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"


class Stored:
    """A repository with one image."""

    def __init__(self, media_type: str = DOCKER, **config: Any) -> None:
        self.media_type = media_type
        self.manifest = {"config": {"digest": CONFIG}, "layers": [{"size": 5}]}
        self.config = {"architecture": "amd64", "config": {"Cmd": ["app.handler"]}, **config}

    def __call__(self, path: str) -> tuple[str, bytes]:
        found = {f"manifests/{DIGEST}": self.manifest, f"blobs/{CONFIG}": self.config}
        if path not in found:
            raise FileNotFoundError(path)
        return self.media_type, json.dumps(found[path]).encode()


def refusal(read: Any, architecture: str = "x86_64", has_start: bool = False) -> str:
    with pytest.raises(ComponentError) as refused:
        verify_image(URI, architecture, has_start, read)
    message = str(refused.value)
    assert message.startswith(f"the function was left as it is, because its new image {URI} ")
    return message


@pytest.mark.parametrize("media_type", [DOCKER, OCI])
def test_a_single_image_of_the_functions_architecture_passes(media_type: str) -> None:
    verify_image(URI, "x86_64", False, Stored(media_type))
    verify_image(URI, "arm64", False, Stored(media_type, architecture="arm64"))


@pytest.mark.parametrize(
    "media_type",
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"],
)
def test_an_index_is_refused_with_its_possible_causes(media_type: str) -> None:
    message = refusal(Stored(media_type))
    for cause in ("containerd image store", "provenance attestations", "several platforms"):
        assert cause in message


def test_the_media_type_in_the_manifest_counts_more_than_that_of_the_answer() -> None:
    stored = Stored(DOCKER)
    stored.manifest["mediaType"] = "application/vnd.oci.image.index.v1+json"
    assert "is an index of images" in refusal(stored)


def test_another_media_type_is_refused() -> None:
    assert "has the media type application/x.other, and Lambda accepts only" in refusal(Stored("application/x.other"))


@pytest.mark.parametrize(("built", "wanted"), [("amd64", "arm64"), ("arm64", "x86_64"), ("riscv64", "x86_64")])
def test_an_image_of_another_architecture_is_refused(built: str, wanted: str) -> None:
    message = refusal(Stored(architecture=built), wanted)
    assert f"is built for {built}, and the function runs on {wanted}" in message


def test_an_image_that_names_nothing_to_start_is_refused_unless_the_settings_do() -> None:
    nothing = Stored(config={})
    assert "has neither an ENTRYPOINT nor a CMD" in refusal(nothing)
    verify_image(URI, "x86_64", True, nothing)
    verify_image(URI, "x86_64", False, Stored(config={"Entrypoint": ["/start"]}))


def test_an_image_whose_compressed_layers_are_too_large_already_is_refused() -> None:
    stored = Stored()
    stored.manifest["layers"] = [{"size": MAX_IMAGE_BYTES}, {"size": 1}]
    assert "has 10.0 GiB of compressed layers, and Lambda accepts 10 GiB" in refusal(stored)


def test_an_image_that_is_gone_is_refused() -> None:
    def gone(path: str) -> tuple[str, bytes]:
        raise FileNotFoundError(path)

    assert f"is gone from the registry (manifests/{DIGEST})" in refusal(gone)


@pytest.mark.parametrize("content", [b"<html>", b"{}", b"[]", b"NaN", b'{"config": 3}'])
def test_an_answer_that_is_not_a_manifest_is_refused(content: bytes) -> None:
    assert "can't be read from the registry" in refusal(lambda _: (DOCKER, content))


@pytest.fixture
def registry() -> Iterator[str]:
    """The address of a registry that has blobs elsewhere, as ECR has, and refuses everybody without its password."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            authorization = self.headers.get("Authorization")
            if self.path == "/elsewhere":
                self.answer(200 if authorization is None else 400, json.dumps(Stored().config))
            elif authorization != "Basic QVdTOnNlY3JldA==":
                self.answer(401, "")
            elif self.path == f"/v2/team/app/manifests/{DIGEST}":
                self.answer(200 if DOCKER in self.headers["Accept"] else 404, json.dumps(Stored().manifest))
            elif self.path == f"/v2/team/app/blobs/{CONFIG}":
                self.send_response(307)
                self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
                self.end_headers()
            else:
                self.answer(404, "")

        def answer(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", DOCKER)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_registry_is_read_with_its_password_which_is_not_sent_elsewhere(registry: str) -> None:
    verify_image(URI, "x86_64", False, RegistryClient(f"{registry}/team/app", "AWS", "secret").read)


def test_a_registry_that_refuses_the_password_is_named_without_it(registry: str) -> None:
    message = refusal(RegistryClient(f"{registry}/team/app", "AWS", "wrong-password").read)
    assert "can't be read from the registry: OSError: it answered 401 Unauthorized" in message
    assert "wrong-password" not in message


def test_an_image_that_the_registry_does_not_have_is_gone(registry: str) -> None:
    assert "is gone from the registry" in refusal(RegistryClient(f"{registry}/team/other", "AWS", "secret").read)


def test_a_registry_that_does_not_answer_is_reported(registry: str) -> None:
    message = refusal(RegistryClient("127.0.0.1:1/team/app", "AWS", "secret").read)
    assert "can't be read from the registry: URLError: " in message
    assert "Connection refused" in message
