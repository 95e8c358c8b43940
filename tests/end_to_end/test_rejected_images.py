"""An image that Lambda would reject fails the update after the push, and the function stays as it is."""

import hashlib
import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox

FUNCTION = "lambda-images-local-greeter"
INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"


def push(checkout: Checkout, media_type: str, architecture: str) -> str:
    """Push an image, or an index of images, without Docker. Returns its digest."""
    config = json.dumps({"architecture": architecture, "config": {"Cmd": ["app.handler"]}}).encode()
    descriptor = {
        "digest": digest_of(config),
        "size": len(config),
        "mediaType": "application/vnd.oci.image.config.v1+json",
    }
    manifest = json.dumps(
        {"schemaVersion": 2, "mediaType": media_type, "config": descriptor, "layers": [], "manifests": []}
    ).encode()
    request(checkout, "POST", f"blobs/uploads/?digest={digest_of(config)}", config, "application/octet-stream")
    request(checkout, "PUT", f"manifests/{architecture}-{media_type.split('.')[-2]}", manifest, media_type)
    return digest_of(manifest)


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def request(checkout: Checkout, method: str, path: str, body: bytes, media_type: str) -> None:
    (granted,) = checkout.aws("ecr").get_authorization_token()["authorizationData"]
    headers = {"Authorization": f"Basic {granted['authorizationToken']}", "Content-Type": media_type}
    url = f"{checkout.aws('ecr').meta.endpoint_url}/v2/{FUNCTION}/{path}"
    urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method)).close()


def replace_image(checkout: Checkout, exported: dict[str, Any], digest: str, folder: Path) -> None:
    """Let the stack's state say that the build of the greeter pushed this digest."""
    state = json.loads(json.dumps(exported))
    (image,) = (each for each in state["deployment"]["resources"] if each["urn"].endswith("::greeter-image"))
    image["outputs"]["repoDigest"] = f"{image['outputs']['repoDigest'].partition('@')[0]}@{digest}"
    file = folder / "state.json"
    file.write_text(json.dumps(state))
    checkout.pulumi("stack", "import", "--file", str(file)).ok()


def configuration(checkout: Checkout) -> dict[str, Any]:
    found: dict[str, Any] = checkout.aws("lambda").get_function(FunctionName=FUNCTION)
    return {key: found["Configuration"][key] for key in ("CodeSha256", "Description", "LastModified", "RevisionId")}


@pytest.mark.parametrize(
    ("pushed", "refusal"),
    [
        ((INDEX, "amd64"), "is an index of images (application/vnd.oci.image.index.v1+json)"),
        ((IMAGE, "arm64"), "is built for arm64, and the function runs on x86_64"),
        (None, "is gone from the registry (manifests/sha256:"),
    ],
    ids=["an index", "another architecture", "a deleted image"],
)
def test_the_function_stays_as_it_is(
    tiny: Checkout, tmp_path: Path, pushed: tuple[str, str] | None, refusal: str
) -> None:
    before = configuration(tiny)
    exported = json.loads(tiny.pulumi("stack", "export").ok())
    replace_image(tiny, exported, push(tiny, *pushed) if pushed else digest_of(b"deleted"), tmp_path)

    refused = tiny.pulumi("up", "--yes", "--skip-preview")
    assert refused.code != 0
    shown = refused.stdout + refused.stderr
    assert "the function was left as it is, because its new image" in shown
    assert refusal in shown
    assert "Traceback" not in shown
    assert configuration(tiny) == before
    assert tiny.invoke("greeter") == {"greeting": "hello, smoke"}
