"""An image that was deleted from the registry, in a cloud that has noticed: its function takes no new settings."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from sandbox.docker.engine import DockerEngine
from sandbox.engine.recovery import has_image
from sandbox.process import wait_until
from tests.end_to_end.baseline import Baseline, shipped
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]


@pytest.fixture(scope="module")
def baseline(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baseline]:
    """A sandbox with one module, whose emulator refuses new settings for a function whose image is gone."""
    checkout = Checkout.at(tmp_path_factory.mktemp("deleted") / "checkout")
    checkout.add("greeter", TINY / "greeter")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SANDBOX_DELETED_IMAGES", "noticed")
        with shipped(checkout) as baseline:
            yield baseline


@pytest.fixture
def noticing(baseline: Baseline) -> Checkout:
    return baseline.restore()


def delete_image(checkout: Checkout) -> str:
    """Returns the name of the function."""
    deployed = checkout.outputs()["greeter"]
    image = {"imageDigest": deployed["digest"]}
    checkout.aws("ecr").batch_delete_image(repositoryName=deployed["functionName"], imageIds=[image])
    wait_until(
        lambda: not has_image(checkout.aws("ecr"), deployed["imageUri"]),
        10,
        "the emulator has swept the manifest away",
    )
    return deployed["functionName"]


def test_the_next_update_builds_the_image_again_and_points_the_function_at_it(noticing: Checkout) -> None:
    name = delete_image(noticing)
    with pytest.raises(ClientError, match="deleted image"):
        noticing.aws("lambda").update_function_configuration(FunctionName=name, Description="other settings")
    noticing.edit("modules/greeter/words.txt", "hello", "hello again")
    noticing.up().ok()
    assert noticing.invoke("greeter") == {"greeting": "hello again, smoke"}
    assert noticing.preview_steps() == {}


def test_the_same_image_is_built_again_if_nothing_else_has_changed(noticing: Checkout) -> None:
    before = noticing.outputs()["greeter"]
    delete_image(noticing)
    assert "Rebuild the images that are missing from the registry" in noticing.up().ok()
    after = noticing.outputs()["greeter"]
    assert after["tag"] != before["tag"]
    assert noticing.invoke("greeter") == {"greeting": "hello, smoke"}
    assert noticing.preview_steps() == {}
