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
    found: dict[str, Any] = json.loads(on_prod(checkout, "pulumi stack output --json").ok())
    return found


def hand_over(checkout: Checkout, file: Path) -> dict[str, Any]:
    """Write what the first stack serves; gives its modules."""
    shipped = f"GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=octo/x GITHUB_RUN_ID=123 GITHUB_SHA={COMMIT}"
    command = ["env", *shipped.split(), sys.executable, "-m", "delivery.shipped", "--stack", "local"]
    file.write_text(checkout.sandbox("exec", "--", *command).ok())
    modules: dict[str, Any] = json.loads(file.read_text())["modules"]
    return modules


def invoke(checkout: Checkout, function: str) -> Any:
    called = checkout.aws("lambda").invoke(FunctionName=function, Qualifier="live", Payload=b'{"name": "you"}')
    return json.loads(called["Payload"].read())


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
    for module in ("adder", "greeter"):
        checkout.add(module, TINY / module)
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
    handed_over = json.loads(images.read_text())["modules"]
    for module, its in outputs(promoted).items():
        assert its["digest"] == handed_over[module]["image"].partition("@")[2]
        assert its["imageUri"] == f"{its['imageUri'].partition('/')[0]}/lambda-images-prod-{module}@{its['digest']}"
        assert its["tag"] == handed_over[module]["tag"]
        assert its["promotedFrom"] == {"stack": "local", "run": RUN, "commit": COMMIT}
    assert outputs(promoted)["greeter"]["digest"] != promoted.outputs()["greeter"]["digest"]
    assert invoke(promoted, "lambda-images-prod-greeter") == {"greeting": "hello, you"}
    assert on_prod(promoted, "pulumi preview --expect-no-changes --non-interactive").ok()
    assert on_prod(promoted, "pulumi preview --expect-no-changes --non-interactive", images).ok()
