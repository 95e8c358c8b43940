"""The registry keeps what is served, however many builds fail."""

import pytest

from sandbox.process import wait_until
from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox

REPOSITORY = "lambda-images-local-greeter"
KEPT = 2


def images(checkout: Checkout) -> set[str]:
    """The digests that the registry has."""
    details = checkout.aws("ecr").describe_images(repositoryName=REPOSITORY)["imageDetails"]
    return {image["imageDigest"] for image in details}


def test_builds_that_fail_do_not_expire_the_image_that_is_served(tiny: Checkout) -> None:
    tiny.edit("Pulumi.local.yaml", 'keepImages: "10"', f'keepImages: "{KEPT}"')
    tiny.edit("modules/greeter/words.txt", "hello", "still here")
    tiny.up().ok()
    served = tiny.outputs()["greeter"]["digest"]

    app = tiny.root / "modules" / "greeter" / "app.py"
    working = app.read_text()
    for number in range(KEPT + 2):
        app.write_text(f"raise RuntimeError('failure {number}')\n{working}")
        tiny.up().failed()
    wait_until(lambda: len(images(tiny)) <= 2 * KEPT, 30, "the images beyond the number are expired")

    assert served in images(tiny)
    assert tiny.invoke("greeter") == {"greeting": "still here, smoke"}
