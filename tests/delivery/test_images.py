"""Which images jobs have to build, and the file with all of them for the update."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from components.modules import written_settings
from components.settings.load import LoadedSettings
from delivery.images import MAX_JOBS, Registry, Repository, collect, contents, plan, settings_of, write
from delivery.stack import Stack

PROJECT = Path(__file__).parents[2]
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class NotFoundError(Exception):
    pass


class FakeEcr:
    """Repositories with images as ECR describes them."""

    def __init__(self, repositories: dict[str, list[dict[str, Any]]]) -> None:
        self.repositories = repositories
        self.exceptions = type("exceptions", (), {"RepositoryNotFoundException": NotFoundError})

    def get_paginator(self, call: str) -> "FakeEcr":
        assert call == "describe_images"
        return self

    def paginate(self, repositoryName: str) -> list[dict[str, Any]]:
        if repositoryName not in self.repositories:
            raise NotFoundError
        return [{"imageDetails": [image]} for image in self.repositories[repositoryName]]


def described(digit: str, *tags: str, media_type: str = IMAGE) -> dict[str, Any]:
    return {"imageDigest": f"sha256:{64 * digit}", "imageTags": list(tags), "imageManifestMediaType": media_type}


def tag(module: str, second: int = 0) -> str:
    """The tag of a build of what the checkout has of a module."""
    return f"{contents(loaded())[module].identity[:12]}-20261128T1430{second:02}000Z-c0ffeec0ffee"


def loaded() -> LoadedSettings:
    return written_settings("shop", "dev")


def planned(repositories: dict[str, list[dict[str, Any]]], *excluded: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The images that are there, and the outputs of the step."""
    found, lines = plan(Registry(HOST, "AWS", "token", FakeEcr(repositories)), loaded(), excluded)
    outputs = dict(line.split("=", 1) for line in lines)
    return found, {"build": json.loads(outputs["build"]), "repositories": outputs["repositories"]}


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two modules that build images, and one that runs another's."""
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    Path("Pulumi.dev.yaml").write_text("config:\n  shop:pipeline: {images: jobs}\n")
    for name in ("invoices", "orders", "user"):
        Path("modules", name).mkdir(parents=True)
        Path("modules", name, "Dockerfile").write_text(f"FROM {name}\n")
        Path("modules", name, ".dockerignore").write_text("module.yaml\n")
    Path("modules/invoices/module.yaml").write_text("smoke: {event: {}}\narchitecture: arm64\n")
    Path("modules/orders/module.yaml").write_text("smoke: {event: {}}\n")
    Path("modules/user/module.yaml").write_text("smoke: {event: {}}\nimage: {module: orders}\n")
    return tmp_path


def test_new_modules_are_built_on_runners_of_their_architectures_once_they_have_repositories() -> None:
    assert planned({}) == (
        {},
        {
            "build": [
                {"module": "invoices", "runner": "ubuntu-24.04-arm"},
                {"module": "orders", "runner": "ubuntu-24.04"},
            ],
            "repositories": "invoices orders",
        },
    )


def test_an_image_of_the_same_content_is_not_built_again() -> None:
    orders = [described("1", tag("orders")), described("2", "0123456789ab-20261128T143059000Z", "served-2")]
    found, outputs = planned({"shop-dev-orders": orders, "shop-dev-invoices": []})
    assert found == {"orders": {"image": f"{HOST}/shop-dev-orders@sha256:{64 * '1'}", "tag": tag("orders")}}
    assert outputs == {"build": [{"module": "invoices", "runner": "ubuntu-24.04-arm"}], "repositories": ""}


def test_the_newest_of_several_images_is_taken_whatever_their_order() -> None:
    images = [described(str(second), tag("orders", second)) for second in (1, 3, 2)]
    found, _ = planned({"shop-dev-orders": images})
    assert found["orders"]["tag"] == tag("orders", 3)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(lambda: described("1", tag("orders"), media_type=INDEX), id="an index, which Lambda rejects"),
        pytest.param(lambda: described("1", f"cache-{tag('orders')}"), id="the cache of a build"),
        pytest.param(lambda: described("1", tag("orders")[:12]), id="a tag that is not of a build"),
        pytest.param(lambda: {"imageDigest": "sha256:1", "imageManifestMediaType": IMAGE}, id="no tag"),
    ],
)
def test_anything_but_an_image_that_lambda_accepts_is_ignored(image: Any) -> None:
    found, outputs = planned({"shop-dev-orders": [image()]})
    assert found == {}
    assert {"module": "orders", "runner": "ubuntu-24.04"} in outputs["build"]


def test_a_change_of_a_file_is_built() -> None:
    before = tag("orders")
    Path("modules/orders/app.py").write_text("x = 1\n")
    _, outputs = planned({"shop-dev-orders": [described("1", before)], "shop-dev-invoices": []})
    assert [entry["module"] for entry in outputs["build"]] == ["invoices", "orders"]


def test_excluded_modules_are_neither_built_nor_get_repositories() -> None:
    assert planned({}, "invoices")[1] == {
        "build": [{"module": "orders", "runner": "ubuntu-24.04"}],
        "repositories": "orders",
    }


def test_more_builds_than_a_matrix_has_jobs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delivery.images.MAX_JOBS", 1)
    with pytest.raises(ComponentError, match="2 images are to be built, and a matrix of GitHub Actions has at most 1 "):
        planned({})
    assert MAX_JOBS == 256


def test_the_newest_cache_is_found_by_the_time_in_its_tag() -> None:
    caches = [f"cache-{content}-20261128T1430{second:02}000Z" for content, second in ((12 * "f", 1), (12 * "0", 2))]
    images = [described("1", *caches), described("2", tag("orders", 9), "cache-else")]
    assert Repository("any", images).cache == caches[1]
    assert Repository("any", []).cache is None


def handed_over(folder: Path, name: str, **modules: dict[str, str]) -> None:
    write(folder / f"{name}.json", "dev", modules, {})


def image_of(module: str, **changes: str) -> dict[str, str]:
    image = f"{HOST}/shop-dev-{module}@sha256:{64 * '1'}"
    return {"image": image, "tag": tag(module), **changes}


def test_what_was_found_and_built_is_collected_for_all_modules(tmp_path: Path) -> None:
    handed_over(tmp_path / "images", "_found", orders=image_of("orders"))
    handed_over(tmp_path / "images", "invoices", invoices=image_of("invoices"))
    assert collect((tmp_path / "images").glob("*.json"), "dev", loaded(), []) == {
        "invoices": image_of("invoices"),
        "orders": image_of("orders"),
        "user": image_of("orders"),
    }


@pytest.mark.parametrize(
    "there",
    [
        pytest.param({}, id="nothing was built"),
        pytest.param({"tag": "0123456789ab-20261128T143000000Z"}, id="it was built from other content"),
    ],
)
def test_a_missing_image_is_reported_before_anything_changes(tmp_path: Path, there: dict[str, str]) -> None:
    images = tmp_path / "images"
    handed_over(
        images, "_found", invoices=image_of("invoices"), **({"orders": image_of("orders", **there)} if there else {})
    )
    with pytest.raises(
        ComponentError, match=r"^no image was built of orders, so nothing is changed: see why in the jobs"
    ):
        collect(images.glob("*.json"), "dev", loaded(), [])


def test_an_excluded_module_needs_no_image(tmp_path: Path) -> None:
    handed_over(tmp_path / "images", "_found", invoices=image_of("invoices"))
    collected = collect((tmp_path / "images").glob("*.json"), "dev", loaded(), ["orders", "user"])
    assert collected.keys() == {"invoices"}


def test_images_of_another_stack_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "orders.json", "prod", {"orders": image_of("orders")}, {})
    with pytest.raises(ComponentError, match="has the images of prod, and this stack takes its images from dev"):
        collect([tmp_path / "orders.json"], "dev", loaded(), [])


def test_the_file_names_the_run_and_the_commit(tmp_path: Path) -> None:
    run = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "octo/x", "GITHUB_RUN_ID": "123"}
    write(tmp_path / "images.json", "dev", {}, {**run, "GITHUB_SHA": "c0ffee1"})
    written = json.loads((tmp_path / "images.json").read_text())
    address = "https://github.com/octo/x/actions/runs/123"
    assert written == {"stack": "dev", "run": address, "commit": "c0ffee1", "modules": {}}


def test_a_stack_that_builds_in_the_update_is_refused() -> None:
    Path("Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-central-1\n")
    with pytest.raises(ComponentError, match=r"Pulumi\.dev\.yaml has pipeline\.images: build, and this is for a stack"):
        settings_of(Stack.of("dev", {}))


def test_the_command_reports_what_is_missing_without_a_traceback(tmp_path: Path) -> None:
    command = ["-m", "delivery.images", "--stack", "dev", "--collect", str(tmp_path), "--to", "images.json"]
    done = subprocess.run([sys.executable, *command], env={"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no image was built of invoices, orders, so nothing is changed")
    assert not Path("images.json").exists()
