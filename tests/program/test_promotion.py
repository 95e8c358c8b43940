"""What the program registers for a stack that takes its images from another one."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from components.image import promoted
from tests.components.test_lambda_module import Available
from tests.program.registrations import registrations

HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
RUN = "https://github.com/octo/x/actions/runs/1"
COPYING = {"pipeline": {"after": "staging", "images": "copy"}}


@pytest.fixture(autouse=True)
def _images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The images of all modules, as the stack `staging` hands them over."""
    modules = {
        name: {"image": f"{HOST}/lambda-images-staging-{name}@sha256:{64 * digit}"}
        for name, digit in (("plain", "1"), ("rich", "2"), ("second", "3"))
    }
    file = tmp_path / "images.json"
    file.write_text(json.dumps({"stack": "staging", "run": RUN, "commit": "c0ffee1", "modules": modules}))
    monkeypatch.setenv("IMAGES_FILE", str(file))
    monkeypatch.setattr(promoted, "RegistryClient", Available)  # also of every tag


def registered(**settings: Any) -> dict[str, Any]:
    return registrations({"prod": settings})["prod"]


def kinds(resources: dict[str, Any]) -> set[str]:
    """Type and name of each resource."""
    return {urn.rpartition("$")[2] for urn in resources}


def test_it_differs_from_a_stack_that_builds_in_its_images_alone() -> None:
    building, copying = kinds(registered()), kinds(registered(**COPYING))
    assert copying - building == {
        *(f"pulumi:index:Stash::{name}-promoted{of}" for name in ("plain", "rich", "second") for of in ("", "-by")),
    }
    assert building - copying == {
        *(f"docker:index/image:Image::{name}-image" for name in ("plain", "rich")),
        *(f"pulumi:index:Stash::{name}-build" for name in ("plain", "rich")),
        *(f"pulumi:index:Stash::{name}-served" for name in ("plain", "rich", "second")),
    }


def test_functions_run_what_was_handed_over_in_the_stack_s_own_repositories() -> None:
    functions = {
        resource["inputs"]["name"]: resource["inputs"]["imageUri"]
        for urn, resource in registered(**COPYING).items()
        if "aws:lambda/function:Function" in urn
    }
    assert functions == {
        "lambda-images-dev-plain": f"{HOST}/lambda-images-dev-plain@sha256:{64 * '1'}",
        "lambda-images-dev-rich": f"{HOST}/lambda-images-dev-rich@sha256:{64 * '2'}",
        "lambda-images-dev-second": f"{HOST}/lambda-images-dev-rich@sha256:{64 * '3'}",
    }


def test_images_of_another_stack_than_the_one_before_are_refused() -> None:
    with pytest.raises(ComponentError, match="has the images of staging, and this stack takes its images from dev"):
        registered(pipeline={"after": "dev", "images": "copy"})


def test_a_stack_that_builds_does_not_read_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGES_FILE", "nowhere.json")
    assert registered(pipeline={"after": "staging"}) == registered()


TAGGING = {"pipeline": {"after": "staging", "images": "tag"}}


def test_with_tags_a_stack_has_no_repositories_and_runs_images_where_they_are() -> None:
    copying, tagging = registered(**COPYING), registered(**TAGGING)
    assert {urn for urn in copying.keys() - tagging.keys() if ":image:" not in urn} == {
        urn for urn in copying if "$aws:ecr/" in urn
    }
    (function,) = (its["inputs"] for urn, its in tagging.items() if urn.endswith("Function::second-function"))
    assert function["imageUri"] == f"{HOST}/lambda-images-staging-second@sha256:{64 * '3'}"


def test_the_stack_that_has_the_images_lets_their_functions_pull_and_keeps_them() -> None:
    before = registrations({"dev": {}})["dev"]
    after = registrations({"dev": {}}, {"Pulumi.prod.yaml": PROD})["dev"]
    changed = {urn.rpartition("$")[2].partition("::")[0] for urn in before if before[urn] != after[urn]}
    assert changed == {
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/repository:Repository",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
    }
    pulls = [its["inputs"]["policy"] for urn, its in after.items() if "repositoryPolicy" in urn]
    assert all('function:lambda-images-prod-*"' in policy for policy in pulls)


PROD = "config:\n  lambda-images:pipeline: {after: dev, images: tag}\n"
