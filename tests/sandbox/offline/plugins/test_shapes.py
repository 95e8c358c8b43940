import subprocess
import sys
from pathlib import Path

from sandbox.offline.plugins.shapes import Shapes

CONCURRENT = """
from concurrent.futures import ThreadPoolExecutor
from sandbox.offline.plugins.shapes import Shapes
tokens = ["aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy"] * 16
with ThreadPoolExecutor(32) as threads:
    assert all(shape.properties for shape in threads.map(Shapes().inputs_of, tokens))
"""


def test_names_and_types_are_those_of_the_sdk() -> None:
    shapes = Shapes()
    inputs = shapes.inputs_of("aws:lambda/function:Function").properties
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
    assert "version" in shapes.outputs_of("aws:lambda/function:Function").properties


def test_lists_of_objects_have_their_properties() -> None:
    encryption = Shapes().inputs_of("aws:ecr/repository:Repository").properties["encryptionConfigurations"]
    assert encryption.element is not None
    assert encryption.element.properties.keys() == {"encryptionType", "kmsKey"}


def test_arguments_of_functions_are_in_camel_case() -> None:
    assert "functionName" in Shapes().arguments_of("aws:lambda/getFunction:getFunction").properties


def test_many_threads_can_read_shapes_at_once() -> None:
    subprocess.run([sys.executable, "-c", CONCURRENT], check=True)


STORED = """
import sys
from pathlib import Path
from sandbox.offline.plugins.shapes import Shapes
shapes = Shapes(Path(sys.argv[1]))
print(sorted(shapes.inputs_of("aws:ecr/repository:Repository").properties), "pulumi_aws" in sys.modules)
"""


def test_a_stored_shape_is_used_by_later_commands_without_loading_the_sdk(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STORED, str(tmp_path / "shapes")]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert first.endswith("True\n")
    assert second == first.replace("True", "False")


def test_shapes_of_other_package_versions_are_deleted(tmp_path: Path) -> None:
    (tmp_path / "shapes" / "of-another-version").mkdir(parents=True)
    command = [sys.executable, "-c", STORED, str(tmp_path / "shapes")]
    subprocess.run(command, capture_output=True, check=True)
    assert not (tmp_path / "shapes" / "of-another-version").exists()
