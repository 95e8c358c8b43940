"""A second stack gets exactly the images that the first one handed over, without Docker."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import Checkout, Ran
from tests.end_to_end.conftest import TINY
from tests.end_to_end.docker import remove_local_images

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

FUNCTION = "lambda-images-prod-greeter"
WITHOUT_DOCKER = 'export PULUMI_DEBUG_PROVIDERS="$(echo "$PULUMI_DEBUG_PROVIDERS" | grep -o "aws:[0-9]*")"'
"""The engine then fails if it needs the docker plugin for anything."""
RUN = "https://github.com/octo/x/actions/runs/123"
COMMIT = "c0ffee" * 6 + "c0ff"


def on_prod(checkout: Checkout, command: str, images: Path | None = None, docker: bool = False) -> Ran:
    """Run a shell command in the sandbox's environment for the stack `prod`."""
    variables = ["PULUMI_STACK=prod", *([f"IMAGES_FILE={images}"] if images else [])]
    if not docker:
        command, variables = f"{WITHOUT_DOCKER}; {command}", [*variables, "DOCKER_HOST=unix:///nowhere"]
    return checkout.sandbox("exec", "--", "env", *variables, "sh", "-c", command)


def up(checkout: Checkout, images: Path | None = None, docker: bool = False) -> Ran:
    return on_prod(checkout, "pulumi up --yes --skip-preview --non-interactive", images, docker)


def outputs(checkout: Checkout) -> dict[str, Any]:
    """Of the one module of the stack `prod`."""
    found: dict[str, Any] = json.loads(checkout.pulumi("stack", "output", "--json", "--stack", "prod").ok())
    return dict(found["greeter"])


def hand_over(checkout: Checkout, file: Path) -> None:
    """Write what the first stack serves."""
    shipped = f"GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=octo/x GITHUB_RUN_ID=123 GITHUB_SHA={COMMIT}"
    command = ["env", *shipped.split(), sys.executable, "-m", "delivery.shipped", "--stack", "local"]
    file.write_text(checkout.sandbox("exec", "--", *command).ok())


def greeting(checkout: Checkout) -> Any:
    """What the function of the stack `prod` answers."""
    called = checkout.aws("lambda").invoke(FunctionName=FUNCTION, Qualifier="live", Payload=b'{"name": "you"}')
    return json.loads(called["Payload"].read())["greeting"]


def configure(checkout: Checkout, images: str) -> None:
    file = checkout.root / "Pulumi.prod.yaml"
    settings = yaml.safe_load(file.read_text())
    settings["config"]["lambda-images:pipeline"] = {"after": "local", "images": images}
    file.write_text(yaml.safe_dump(settings))


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handed-over") / "images.json"


@pytest.fixture(scope="module")
def promoted(docker: DockerEngine, images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A sandbox whose first stack has handed over its images, and shipped others since; and its second one."""
    checkout = Checkout.at(tmp_path_factory.mktemp("promotion") / "checkout")
    checkout.add("greeter", TINY / "greeter")
    with checkout.shipped():
        hand_over(checkout, images)
        checkout.edit("modules/greeter/words.txt", "hello", "hello again")
        checkout.up().ok()
        (checkout.root / "Pulumi.prod.yaml").write_text((checkout.root / "Pulumi.local.yaml").read_text())
        configure(checkout, "copy")
        on_prod(checkout, "pulumi stack init prod").ok()
        refused = up(checkout)
        assert "greeter has no image yet, and prod builds none" in refused.stdout, refused
        up(checkout, images).ok()
        yield checkout


def test_the_second_stack_serves_what_was_handed_over_whatever_the_first_one_serves_since(
    promoted: Checkout, images: Path
) -> None:
    handed_over, its = json.loads(images.read_text())["modules"]["greeter"], outputs(promoted)
    assert its["digest"] == handed_over["image"].partition("@")[2] != promoted.outputs()["greeter"]["digest"]
    assert its["imageUri"] == f"{its['imageUri'].partition('/')[0]}/{FUNCTION}@{its['digest']}"
    assert its["tag"] == handed_over["tag"]
    assert its["promotedFrom"] == {"stack": "local", "run": RUN, "commit": COMMIT}
    assert greeting(promoted) == "hello, you"
    preview = "pulumi preview --expect-no-changes --non-interactive"
    on_prod(promoted, f"{preview} && IMAGES_FILE={images} {preview}").ok()


def test_an_image_that_does_not_exist_is_refused_before_anything_changes(
    promoted: Checkout, images: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "images.json"
    digest = json.loads(images.read_text())["modules"]["greeter"]["image"].rpartition(":")[2]
    wrong.write_text(images.read_text().replace(digest, 64 * "0"))
    check = f"{sys.executable} -m delivery.preflight --stack prod"
    checked = on_prod(promoted, f"{check} && IMAGES_FILE={wrong} {check}", images)
    assert checked.code == 1
    passed, refused = checked.stdout.splitlines()
    assert passed == "prod: 1 images can be read, and fit their functions."
    assert refused.startswith("greeter: its image ")
    assert f"{64 * '0'} is gone from the registry" in refused


def test_a_stack_can_build_again_and_take_images_again_while_its_functions_serve(
    promoted: Checkout, images: Path
) -> None:
    before = outputs(promoted)
    configure(promoted, "build")
    up(promoted, docker=True).ok()
    built = outputs(promoted)
    assert "promotedFrom" not in built
    assert greeting(promoted) == "hello again, you"
    configure(promoted, "copy")
    up(promoted, images, docker=True).ok()  # the docker plugin takes the builds out of the state
    again = outputs(promoted)
    assert (again["digest"], again["promotedFrom"]) == (before["digest"], before["promotedFrom"])
    assert greeting(promoted) == "hello, you"
    kept = promoted.aws("ecr").describe_images(repositoryName=FUNCTION)["imageDetails"]
    assert {image["imageDigest"] for image in kept} == {before["digest"], built["digest"]}


def test_a_lost_copy_is_made_again(promoted: Checkout, images: Path) -> None:
    image = [{"imageDigest": outputs(promoted)["digest"]}]
    ecr = promoted.aws("ecr")
    ecr.batch_delete_image(repositoryName=FUNCTION, imageIds=image)
    up(promoted).ok()
    (copied,) = ecr.describe_images(repositoryName=FUNCTION, imageIds=image)["imageDetails"]
    assert copied["imageTags"] == [json.loads(images.read_text())["modules"]["greeter"]["tag"]]


def test_the_first_stack_can_be_destroyed(promoted: Checkout, images: Path) -> None:
    remove_local_images(promoted)
    promoted.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive").ok()
    assert greeting(promoted) == "hello, you"
    promoted.up().ok()


def test_images_can_stay_where_they_are_and_are_kept_there(promoted: Checkout, images: Path) -> None:
    up(promoted).ok()  # an update by hand, after which another image can be handed over
    configure(promoted, "tag")
    promoted.up().ok()
    hand_over(promoted, images)
    up(promoted, images).ok()
    its, repository = outputs(promoted), "lambda-images-local-greeter"
    assert its["imageUri"] == json.loads(images.read_text())["modules"]["greeter"]["image"]
    ecr, image = promoted.aws("ecr"), [{"imageDigest": its["digest"]}]
    (kept,) = ecr.describe_images(repositoryName=repository, imageIds=image)["imageDetails"]
    assert f"promoted-prod-{its['digest'].removeprefix('sha256:')[:12]}" in kept["imageTags"]
    remove_local_images(promoted)
    promoted.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive").ok()
    assert greeting(promoted) == "hello again, you"
    assert "lambda-images-prod-*" in ecr.get_repository_policy(repositoryName=repository)["policyText"]
    up(promoted).ok()
