"""What happens behind Pulumi's back."""

import json
import re
import shlex

import pytest

from sandbox.engine.recovery import has_image
from sandbox.process import wait_until
from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox


def test_a_refresh_finds_no_drift(tiny: Checkout) -> None:
    tiny.pulumi("refresh", "--yes", "--expect-no-changes").ok()
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_a_functions_memory_changed_by_hand_is_found_and_repaired(tiny: Checkout) -> None:
    name = tiny.outputs()["adder"]["functionName"]
    client = tiny.aws("lambda")
    wanted = client.get_function_configuration(FunctionName=name)["MemorySize"]
    client.update_function_configuration(FunctionName=name, MemorySize=wanted // 2)

    tiny.pulumi("refresh", "--yes").ok()
    preview = tiny.preview()
    assert "memorySize" in preview
    assert "greeter" not in preview
    tiny.up().ok()

    assert client.get_function_configuration(FunctionName=name)["MemorySize"] == wanted
    assert client.get_function_configuration(FunctionName=name, Qualifier="live")["MemorySize"] == wanted
    assert tiny.preview_steps() == {}


def test_a_deleted_function_is_missed_and_made_anew_and_asked_anew(tiny: Checkout) -> None:
    name, version = (tiny.outputs()["adder"][key] for key in ("functionName", "version"))
    tiny.aws("lambda").delete_function(FunctionName=name)
    refusal = tiny.up().failed()
    assert f"version {version} of the function '{name}' can't be read" in refusal
    assert "pulumi refresh" in refusal

    tiny.pulumi("refresh", "--yes").ok()
    assert "adder-smoke created replacement" in tiny.up().ok()
    assert tiny.invoke("adder") == {"sum": 6}
    assert tiny.preview_steps() == {}


def test_a_deleted_alias_is_missed_and_made_anew(tiny: Checkout) -> None:
    name = tiny.outputs()["adder"]["functionName"]
    tiny.edit("modules/adder/app.py", '"sum": sum', '"sum": 0 + sum')
    tiny.up().ok()  # the alias's record names two versions, and a new one will name one
    tiny.aws("lambda").delete_alias(FunctionName=name, Name="live")
    assert "`live` is gone" in tiny.sandbox("status").ok()
    refusal = tiny.up().failed()
    assert f"the alias `live` of {name} is gone" in refusal
    assert "pulumi refresh" in refusal

    tiny.pulumi("refresh", "--yes").ok()
    tiny.up().ok()
    assert tiny.invoke("adder") == {"sum": 6}
    assert tiny.preview_steps() == {}


def test_an_alias_that_someone_moved_is_moved_back(tiny: Checkout) -> None:
    before = tiny.outputs()["greeter"]
    tiny.edit("modules/greeter/words.txt", "hello", "good day")
    tiny.up().ok()
    client = tiny.aws("lambda")
    client.update_alias(FunctionName=before["functionName"], Name="live", FunctionVersion=before["version"])
    assert tiny.invoke("greeter") == {"greeting": "hello, smoke"}
    status = json.loads(tiny.sandbox("status", "--json").ok())["greeter"]
    moved = int(before["version"])
    assert (status["version"], status["deployedVersion"], status["newestVersion"]) == (
        *(str(moved), str(moved + 1), str(moved + 1)),
    )
    assert (status["digest"], status["checkout"]) == (before["digest"], "moved")
    shown = tiny.sandbox("status").ok()
    assert f"{moved} (newest: {moved + 1})" in shown
    assert f"`live` was moved from version {moved + 1} to {moved}" in shown

    refusal = tiny.up().failed()
    assert f"serves version {moved}, not version {moved + 1}" in refusal
    assert f"{moved} (deployed: {moved + 1})" in refusal
    assert "Nothing changed." not in refusal
    (remedy,) = re.findall(r"bin/sandbox exec -- (pulumi refresh [^`]+)`", refusal)
    tiny.sandbox("exec", "--", *shlex.split(remedy)).ok()
    tiny.up().ok()
    assert tiny.invoke("greeter") == {"greeting": "good day, smoke"}
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_code_that_someone_replaced_is_put_back(tiny: Checkout) -> None:
    adder, greeter = (tiny.outputs()[module] for module in ("adder", "greeter"))
    client = tiny.aws("lambda")
    client.update_function_code(FunctionName=adder["functionName"], ImageUri=greeter["imageUri"])

    tiny.pulumi("refresh", "--yes").ok()
    tiny.up().ok()
    found = client.get_function(FunctionName=adder["functionName"], Qualifier="live")
    assert found["Code"]["ImageUri"] == adder["imageUri"]
    assert tiny.invoke("adder") == {"sum": 6}
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_a_deleted_log_group_comes_back_with_its_retention(tiny: Checkout) -> None:
    group = tiny.outputs()["adder"]["logGroup"]
    client = tiny.aws("logs")
    client.delete_log_group(logGroupName=group)

    tiny.pulumi("refresh", "--yes").ok()
    tiny.up().ok()
    (found,) = client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 1
    assert tiny.invoke("adder") == {"sum": 6}
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_a_deleted_image_is_missed_and_built_again(tiny: Checkout) -> None:
    before = tiny.outputs()["adder"]
    client = tiny.aws("ecr")
    client.batch_delete_image(repositoryName=before["functionName"], imageIds=[{"imageDigest": before["digest"]}])
    wait_until(
        lambda: not has_image(client, before["imageUri"]),
        10,
        "the emulator has swept the manifest away",
    )

    assert "Rebuild the images that are missing from the registry" in tiny.up().ok()
    after = tiny.outputs()["adder"]
    assert after["tag"] != before["tag"]
    images = client.describe_images(repositoryName=after["functionName"])["imageDetails"]
    assert after["digest"] in [image["imageDigest"] for image in images]
    assert tiny.invoke("adder") == {"sum": 6}
    assert tiny.preview_steps() == {}


def test_an_import_knows_the_thing_by_its_id_alone(tiny: Checkout) -> None:
    name = tiny.outputs()["adder"]["functionName"]
    imported = tiny.pulumi(
        "import", "aws:cloudwatch/logGroup:LogGroup", "found", f"/aws/lambda/{name}", "--yes", "--generate-code=false"
    )
    assert "1 imported" in imported.ok()
    (urn,) = (resource["urn"] for resource in tiny.state() if resource["urn"].endswith("::found"))
    tiny.pulumi("state", "delete", urn, "--force", "--yes").ok()
    assert tiny.preview_steps() == {}
