"""The registry keeps what is served, however many builds fail; unused versions are deleted."""

import json

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
    few = f'keepImages: "{KEPT}"\n  lambda-images:keepVersions: "{KEPT}"'
    tiny.edit("Pulumi.local.yaml", 'keepImages: "10"', few)
    tiny.edit("modules/greeter/words.txt", "hello", "still here")
    tiny.up().ok()
    served = tiny.outputs()["greeter"]["digest"]

    app = tiny.root / "modules" / "greeter" / "app.py"
    working = app.read_text()
    for number in range(KEPT + 1):
        app.write_text(f"raise RuntimeError('failure {number}')\n{working}")
        tiny.up().failed()
    wait_until(lambda: len(images(tiny)) <= 2 * KEPT, 30, "the images beyond the number are expired")

    assert served in images(tiny)
    assert tiny.invoke("greeter") == {"greeting": "still here, smoke"}


def versions(checkout: Checkout) -> set[int]:
    listed = json.loads(checkout.sandbox("releases", "greeter", "--json").ok())["greeter"]["versions"]
    return {version["version"] for version in listed}


def test_unused_versions_are_deleted_and_the_next_update_has_nothing_to_do(tiny: Checkout) -> None:
    tiny.edit(
        "Pulumi.local.yaml",
        "  lambda-images:keepImages",
        f'  lambda-images:keepVersions: "{KEPT}"\n  lambda-images:keepImages',
    )
    shipped = [int(tiny.outputs()["greeter"]["version"])]
    for words in ("one", "two", "three"):
        (tiny.root / "modules" / "greeter" / "words.txt").write_text(words)
        tiny.up().ok()
        shipped.append(int(tiny.outputs()["greeter"]["version"]))
    first, second, *last = shipped
    tiny.sandbox("rollback", "greeter", f"--to={first}").ok()
    before = versions(tiny)

    assert "greeter: would delete version" in tiny.sandbox("prune", "--dry-run").ok()
    assert versions(tiny) == before
    assert "greeter: deleted version" in tiny.sandbox("prune", "greeter").ok()
    assert second in before
    assert versions(tiny) == {first, *last}

    tiny.up().ok()
    assert tiny.preview_steps() == {}
    tiny.pulumi("refresh", "--yes", "--expect-no-changes").ok()
    tiny.sandbox("release", "greeter").ok()
    assert tiny.invoke("greeter") == {"greeting": "three, smoke"}
    assert f"greeter: deleted version {first} and kept {KEPT}" in tiny.sandbox("prune", "greeter").ok()
    assert versions(tiny) == {*last}
