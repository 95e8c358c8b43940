"""What happens behind Pulumi's back."""

import pytest

from tests.sandbox.checkout import Checkout

pytestmark = pytest.mark.sandbox


def test_a_refresh_finds_no_drift(tiny: Checkout) -> None:
    tiny.pulumi("refresh", "--yes", "--expect-no-changes").ok()
    assert tiny.preview_steps() == {}


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


def test_an_import_knows_the_thing_by_its_id_alone(tiny: Checkout) -> None:
    name = tiny.outputs()["adder"]["functionName"]
    imported = tiny.pulumi(
        "import", "aws:cloudwatch/logGroup:LogGroup", "found", f"/aws/lambda/{name}", "--yes", "--generate-code=false"
    )
    assert "1 imported" in imported.ok()
    (urn,) = (resource["urn"] for resource in tiny.state() if resource["urn"].endswith("::found"))
    tiny.pulumi("state", "delete", urn, "--force", "--yes").ok()
    assert tiny.preview_steps() == {}
