"""What a stack hands over, against the emulator."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from components.image.handover import HandOver
from components.naming import MODULE_TAG, OWNER_TAG
from delivery import shipped as command
from delivery.live import Function
from delivery.shipped import run_of, shipped
from delivery.stack import Stack
from tests.delivery.conftest import NAME

RUN = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "octo/x",
    "GITHUB_RUN_ID": "123",
    "GITHUB_SHA": "c0ffee1",
}


@pytest.fixture
def dev(orders: Function, checkout: Path) -> Stack:
    return Stack("lambda-images", "dev", "lambda-images-dev", orders.client)


def alias(orders: Function, **changes: Any) -> None:
    orders.client("lambda").update_alias(FunctionName=NAME, Name="live", **changes)


def test_the_image_of_the_version_in_service_is_handed_over_with_the_run(orders: Function, dev: Stack) -> None:
    assert shipped(dev, RUN) == {
        "stack": "dev",
        "run": "https://github.com/octo/x/actions/runs/123",
        "commit": "c0ffee1",
        "modules": {
            "orders": {
                "image": orders.version(3, None).image_uri,
                "tag": "0123456789ab-20261128T143000000Z-3c0ffee",
            }
        },
    }


def test_outside_of_a_pipeline_there_is_no_run(dev: Stack) -> None:
    assert (shipped(dev, {})["run"], shipped(dev, {})["commit"]) == ("", "")
    assert run_of({**RUN, "GITHUB_RUN_ID": ""}) == ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {
                "FunctionVersion": "1",
                "Description": "passed 1 3; held at 1 instead of 3 since 2026-11-28T14:30:00Z by me",
            },
            "orders is held at 1 instead of 3",
        ),
        (
            {
                "FunctionVersion": "1",
                "Description": "passed 1; canary of 3 at 90% since 2026-11-28T14:30:00Z for 10 minutes",
                "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.9}},
            },
            "orders has a canary of 3 at 90%",
        ),
    ],
    ids=["held", "canary"],
)
def test_the_newest_version_is_not_handed_over_while_it_is_rolled_back_from_or_a_canary(
    orders: Function, dev: Stack, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], why: str
) -> None:
    alias(orders, **changes)
    assert shipped(dev, {})["modules"]["orders"]["image"] == orders.version(1, None).image_uri
    noted = capsys.readouterr().err
    assert noted.startswith(why)
    assert "version 1 is handed over" in noted


def test_a_module_of_which_no_version_has_passed_is_left_out(
    orders: Function, dev: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    orders.client("lambda").delete_alias(FunctionName=NAME, Name="live")
    assert shipped(dev, {})["modules"] == {}
    assert "orders is left out: no version has passed its checks" in capsys.readouterr().err


def test_an_image_without_the_tag_of_a_build_is_handed_over_without_a_tag(orders: Function, dev: Stack) -> None:
    ecr, served = orders.client("ecr"), orders.version(3, None)
    (image,) = ecr.batch_get_image(repositoryName=NAME, imageIds=[{"imageDigest": served.digest}])["images"]
    ecr.put_image(repositoryName=NAME, imageManifest=image["imageManifest"], imageTag="by-hand")
    ecr.batch_delete_image(repositoryName=NAME, imageIds=[{"imageTag": served.tag}])
    assert orders.version(3, None).tag == "by-hand"
    assert "tag" not in shipped(dev, {})["modules"]["orders"]


def test_functions_of_other_stacks_are_not_handed_over(orders: Function, dev: Stack) -> None:
    (arn,) = (one["FunctionArn"] for one in orders.client("lambda").list_functions()["Functions"])
    orders.client("lambda").tag_resource(Resource=arn, Tags={OWNER_TAG: "lambda-images/other", MODULE_TAG: "orders"})
    assert shipped(dev, {})["modules"] == {}


def test_the_command_prints_what_the_program_reads(
    dev: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(Stack, "of", lambda name: dev)
    monkeypatch.setattr(sys, "argv", ["delivery.shipped", "--stack", "dev"])
    for name, value in RUN.items():
        monkeypatch.setenv(name, value)
    command.main()
    file = tmp_path / "images.json"
    file.write_text(printed := capsys.readouterr().out)
    assert HandOver.read(file).record_of("orders")["run"] == json.loads(printed)["run"]


def test_an_unknown_stack_is_an_error_in_words(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["delivery.shipped", "--stack", "nowhere"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert "error: there is no stack file Pulumi.nowhere.yaml" in str(ended.value)
