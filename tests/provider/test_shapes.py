import subprocess
import sys

from sandbox.plugins.shapes import arguments_of, inputs_of, outputs_of

MANY_AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from sandbox.plugins.shapes import inputs_of
tokens = ["aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy"] * 16
with ThreadPoolExecutor(32) as threads:
    assert all(shape.properties for shape in threads.map(inputs_of, tokens))
"""


def test_names_and_types_are_those_of_the_sdk() -> None:
    inputs = inputs_of("aws:lambda/function:Function").properties
    assert {
        name: inputs[name].kind for name in ("memorySize", "publish", "tags", "layers", "vpcConfig", "runtime")
    } == {
        "memorySize": "integer",
        "publish": "boolean",
        "tags": "map",
        "layers": "list",
        "vpcConfig": "object",
        "runtime": "string",
    }
    assert inputs["environment"].properties["variables"].kind == "map"
    assert "version" not in inputs
    assert "version" in outputs_of("aws:lambda/function:Function").properties


def test_lists_of_objects_have_their_properties() -> None:
    encryption = inputs_of("aws:ecr/repository:Repository").properties["encryptionConfigurations"]
    assert encryption.element is not None
    assert encryption.element.properties.keys() == {"encryptionType", "kmsKey"}


def test_arguments_of_functions_are_in_camel_case() -> None:
    assert "functionName" in arguments_of("aws:lambda/getFunction:getFunction").properties


def test_many_threads_can_ask_first() -> None:
    subprocess.run([sys.executable, "-c", MANY_AT_ONCE], check=True)
