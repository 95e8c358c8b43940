"""Builds take the layers of the last image, also on a machine that has none of them; here, Docker has all."""

import json
from typing import Any

import pytest

from components.image.registry_client import RegistryClient
from delivery.live import authorization
from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox


@pytest.fixture
def caching(tiny: Checkout) -> Checkout:
    """As stacks in AWS are by default."""
    tiny.pulumi("config", "set", "lambda-images:buildCache", "true").ok()
    return tiny


def change(checkout: Checkout, text: str) -> None:
    app = checkout.root / "modules" / "adder" / "app.py"
    app.write_text(f"{app.read_text()}\n# {text}\n")


def build(checkout: Checkout) -> dict[str, Any]:
    """The inputs of the image's build, as the state has them."""
    (image,) = (each for each in checkout.state() if each["urn"].endswith("docker:index/image:Image::adder-image"))
    found: dict[str, Any] = image["inputs"]["build"]
    return found


def offers_layers(checkout: Checkout, tag: str) -> bool:
    """Whether the configuration of an image in the registry says which steps its layers are of."""
    username, password, _ = authorization(checkout.aws("ecr"))
    address = f"localhost:{checkout.emulator.port}/lambda-images-local-adder"
    registry = RegistryClient(address, username, password)
    manifest = json.loads(registry.read(f"manifests/{tag}")[1])
    return "moby.buildkit.cache.v0" in json.loads(registry.read(f"blobs/{manifest['config']['digest']}")[1])


def log(checkout: Checkout) -> str:
    return (checkout.home / "logs" / "builds" / "adder-image.log").read_text()


def test_a_build_takes_the_layers_of_the_last_image_and_goes_on_without_it(caching: Checkout) -> None:
    assert caching.preview_steps() == {}  # the setting alone builds nothing again
    last = caching.outputs()["adder"]["tag"]
    change(caching, "first")
    assert "not available" not in caching.pulumi("up", "--yes", "--skip-preview").ok()
    repository = build(caching)["cacheFrom"]["images"][0].rpartition(":")[0]
    assert build(caching)["cacheFrom"] == {"images": [f"{repository}:{last}"]}
    assert f"importing cache manifest from {repository}:{last}" in log(caching)
    assert caching.preview_steps() == {}
    assert offers_layers(caching, caching.outputs()["adder"]["tag"])
    assert not offers_layers(caching, last)

    lost = caching.outputs()["adder"]["tag"]
    caching.aws("ecr").batch_delete_image(repositoryName="lambda-images-local-adder", imageIds=[{"imageTag": lost}])
    change(caching, "second")
    shown = caching.pulumi("up", "--yes", "--skip-preview").ok()
    assert f"cacheFrom image {repository}:{lost} not available" in shown
    assert caching.outputs()["adder"]["version"] == "3"


def test_without_the_setting_a_build_is_as_it_was(tiny: Checkout) -> None:
    change(tiny, "changed")
    tiny.up().ok()
    assert "cacheFrom" not in build(tiny)
    assert "BUILDKIT_INLINE_CACHE" not in build(tiny).get("args", {})
