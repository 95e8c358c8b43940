import json
from pathlib import Path
from typing import Any

import pytest

from components.errors import ComponentError
from components.image import handover
from components.image.handover import HandOver, built_from, handed_over, parts_of, region_of
from components.settings.pipeline import Pipeline

DIGEST = f"sha256:{64 * '1'}"
IMAGE = f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/lambda-images-dev-thumbnail@{DIGEST}"
TAG = "0123456789ab-20261128T143000000Z-c0ffeec0ffee"
RUN = "https://github.com/octo/x/actions/runs/1"


def content(**changes: Any) -> dict[str, Any]:
    modules = {"thumbnail": {"image": IMAGE, "tag": TAG}}
    return {"stack": "dev", "run": RUN, "commit": "c0ffee1", "modules": modules, **changes}


def written(folder: Path, values: Any) -> Path:
    file = folder / "images.json"
    file.write_text(values if isinstance(values, str) else json.dumps(values))
    return file


def test_a_module_s_record_has_its_image_and_where_it_comes_from(tmp_path: Path) -> None:
    images = HandOver.read(written(tmp_path, content()))
    wanted = {"image": IMAGE, "buildTag": TAG, "stack": "dev", "run": RUN, "commit": "c0ffee1"}
    assert images.record_of("thumbnail") == wanted


def test_a_run_by_hand_has_neither_run_nor_commit_and_a_foreign_image_no_build_tag(tmp_path: Path) -> None:
    modules = {"thumbnail": {"image": IMAGE, "tag": "latest"}, "other": {"image": IMAGE}}
    images = HandOver.read(written(tmp_path, {"stack": "dev", "modules": modules}))
    for module in modules:
        record = images.record_of(module)
        assert (record["run"], record["commit"], record["buildTag"]) == ("", "", "")


def test_a_module_that_is_missing_is_named_with_what_to_do(tmp_path: Path) -> None:
    images = HandOver.read(written(tmp_path, content()))
    with pytest.raises(ComponentError, match=r"^dev handed over no image of orders: .* Deploy it to dev first$"):
        images.record_of("orders")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("", "can't be read from"),
        ("{", "can't be read from"),
        ("[]", "it should have a JSON object"),
        ({"modules": {}}, "stack is missing"),
        (content(stack="a b"), "the name of a stack"),
        (content(run="javascript:1"), "the address of a run"),
        (content(commit="HEAD"), "a Git commit"),
        (content(more=1), "more is not a setting"),
        (content(modules=[]), "it should be a mapping"),
        (content(modules={"a": {}}), "modules.a.image is missing"),
        (content(modules={"a": {"image": 1}}), "modules.a.image is 1: it should be an image by its digest"),
        (content(modules={"a": {"image": "host/name:tag"}}), "an image by its digest"),
        (content(modules={"a": {"image": f"host/../name@{DIGEST}"}}), "an image by its digest"),
        (content(modules={"a": {"image": f"http://host/name@{DIGEST}"}}), "an image by its digest"),
        (content(modules={"a": {"image": f"host/name@{DIGEST}?x"}}), "an image by its digest"),
    ],
)
def test_a_broken_file_is_refused_with_what_is_wrong(tmp_path: Path, values: Any, message: str) -> None:
    with pytest.raises(ComponentError) as refused:
        HandOver.read(written(tmp_path, values))
    assert message in str(refused.value)
    assert "images.json" in str(refused.value)


def test_a_missing_or_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ComponentError, match="No such file"):
        HandOver.read(tmp_path / "images.json")
    monkeypatch.setattr(handover, "MAX_BYTES", 2**20)
    with pytest.raises(ComponentError, match="more than 1 MiB"):
        HandOver.read(written(tmp_path, " " * (2**20 + 1)))


def test_nothing_is_handed_over_unless_the_environment_names_a_file_and_the_stack_takes_images(tmp_path: Path) -> None:
    copying = Pipeline(after="dev", images="copy")
    assert handed_over({}, copying, "prod") is None
    assert handed_over({"IMAGES_FILE": ""}, copying, "prod") is None
    assert handed_over({"IMAGES_FILE": "nowhere.json"}, Pipeline(after="dev"), "prod") is None
    file = written(tmp_path, content())
    found = handed_over({"IMAGES_FILE": str(file)}, copying, "prod")
    assert found is not None
    assert found.stack == "dev"


def test_another_stack_s_images_are_refused(tmp_path: Path) -> None:
    file = written(tmp_path, content())
    with pytest.raises(ComponentError, match="has the images of dev, and this stack takes its images from staging"):
        handed_over({"IMAGES_FILE": str(file)}, Pipeline(after="staging", images="copy"), "prod")


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", "eu-central-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("localhost:4566", None),
        ("ghcr.io", None),
    ],
)
def test_the_region_of_a_registry_is_in_its_name(host: str, region: str | None) -> None:
    assert region_of(host) == region


def test_an_image_has_a_repository_with_its_host_and_a_digest() -> None:
    parts = parts_of(f"localhost:4566/team/app@{DIGEST}")
    assert parts == {"repository": "localhost:4566/team/app", "host": "localhost:4566", "digest": DIGEST}
    with pytest.raises(ComponentError, match="not an image by its digest"):
        parts_of("app:latest")


def test_a_stack_whose_images_jobs_build_takes_its_own(tmp_path: Path) -> None:
    file = written(tmp_path, content())
    assert handed_over({"IMAGES_FILE": str(file)}, Pipeline(after="staging", images="jobs"), "dev") is not None
    with pytest.raises(ComponentError, match="has the images of dev, and this stack takes its images from prod"):
        handed_over({"IMAGES_FILE": str(file)}, Pipeline(after="dev", images="jobs"), "prod")


def test_an_image_of_other_content_is_refused() -> None:
    record = {"image": "registry/orders@sha256:1", "buildTag": "0123456789ab-20261128T143000000Z"}
    assert built_from("0123456789abcdef", record) == record
    with pytest.raises(ComponentError, match="was built from other content than the module has here, which is fedcba"):
        built_from("fedcba9876543210", record)
    with pytest.raises(ComponentError, match="with the tag of no build"):
        built_from("0123456789abcdef", {**record, "buildTag": ""})
