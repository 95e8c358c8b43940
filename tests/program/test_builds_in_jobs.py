"""What the program registers for a stack whose images jobs of the pipeline build."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from components.image import promoted
from tests.components.test_lambda_module import Available
from tests.program.registrations import registrations
from tests.program.test_promotion import HOST, kinds

JOBS = {"pipeline": {"images": "jobs"}}


def registered(**settings: Any) -> dict[str, Any]:
    return registrations({"dev": settings})["dev"]


def builds() -> dict[str, str]:
    """The tags of the modules' builds, as an update would choose them."""
    images = {urn.rpartition("::")[2]: its["inputs"] for urn, its in registered().items() if "docker:" in urn}
    return {name: images[f"{name}-image"]["imageName"].rpartition(":")[2] for name in ("plain", "rich")}


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tags = {name: f"{tag[:12]}-20261128T143000000Z" for name, tag in builds().items()}
    modules = {
        name: {"image": f"{HOST}/lambda-images-dev-{name}@sha256:{64 * digit}", "tag": tags[name]}
        for name, digit in (("plain", "1"), ("rich", "2"))
    }
    file = tmp_path / "images.json"
    file.write_text(json.dumps({"stack": "dev", "modules": modules}))
    monkeypatch.setenv("IMAGES_FILE", str(file))
    monkeypatch.setattr(promoted, "RegistryClient", Available)
    return file


def test_it_differs_from_a_stack_that_builds_in_the_update_in_its_images_alone(images: Path) -> None:
    building, jobs = kinds(registered()), kinds(registered(**JOBS))
    assert jobs - building == {
        *(f"pulumi:index:Stash::{name}-promoted{end}" for name in ("plain", "rich") for end in ("", "-by")),
    }
    assert building - jobs == {
        *(f"docker:index/image:Image::{name}-image" for name in ("plain", "rich")),
        *(f"pulumi:index:Stash::{name}-build" for name in ("plain", "rich")),
    }


def test_functions_run_what_the_jobs_built(images: Path) -> None:
    functions = {
        resource["inputs"]["name"]: resource["inputs"]["imageUri"]
        for urn, resource in registered(**JOBS).items()
        if "aws:lambda/function:Function" in urn
    }
    assert functions == {
        "lambda-images-dev-plain": f"{HOST}/lambda-images-dev-plain@sha256:{64 * '1'}",
        "lambda-images-dev-rich": f"{HOST}/lambda-images-dev-rich@sha256:{64 * '2'}",
        "lambda-images-dev-second": f"{HOST}/lambda-images-dev-rich@sha256:{64 * '2'}",
    }


def test_the_repositories_keep_the_newest_cache(images: Path) -> None:
    def prefixes(**settings: Any) -> set[str]:
        policies = [its["inputs"]["policy"] for urn, its in registered(**settings).items() if "LifecyclePolicy" in urn]
        rules = [rule["selection"] for policy in policies for rule in json.loads(policy)["rules"]]
        return {prefix for rule in rules for prefix in rule.get("tagPrefixList", [])}

    assert prefixes(**JOBS) - prefixes() == {"cache-"}


def test_an_image_of_other_content_is_refused(images: Path) -> None:
    images.write_text(re.sub(r'"tag": "[0-9a-f]{12}', '"tag": "0123456789ab', images.read_text()))
    with pytest.raises(ComponentError, match="was built from other content than the module has here"):
        registered(**JOBS)


def test_an_excluded_module_keeps_its_image(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_over = json.loads(images.read_text())
    del handed_over["modules"]["plain"]
    images.write_text(json.dumps(handed_over))
    monkeypatch.setenv("EXCLUDED_MODULES", "plain")
    (record,) = (its for urn, its in registered(**JOBS).items() if urn.endswith("::plain-promoted"))
    assert "replacementTrigger" not in record


def test_without_images_a_module_that_has_none_is_refused_with_what_to_do() -> None:
    with pytest.raises(ComponentError, match="plain has no image yet, and jobs of the pipeline build the images"):
        registered(**JOBS)


def test_only_repositories_are_registered_for_new_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "limited.json"
    file.write_text(json.dumps({"modules": ["plain"], "outputs": {"rich": {"version": "7"}}}))
    monkeypatch.setenv("ONLY_REPOSITORIES", str(file))
    assert kinds(registered(**JOBS)) == {
        "lambda-images:index:LambdaModule::plain",
        "aws:ecr/repository:Repository::plain-repository",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy::plain-lifecycle",
        "aws:ecr/repositoryPolicy:RepositoryPolicy::plain-pull",
    }
