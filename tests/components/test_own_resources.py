import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.errors import ComponentError, Problems
from components.image.content import Content
from components.modules import Module, build_spec
from components.own_resources import own_resources
from components.settings import StackSettings
from components.settings.document import Document
from components.settings.load import load_settings
from components.wiring import Wiring
from tests.components.mocks import OUTPUTS, Recording, deploy

CREATE = "import pulumi_aws as aws\n\n\ndef create(stack):\n    "
QUEUE = "aws.sqs.Queue('jobs', name=f'{stack.prefix}-jobs', tags=stack.tags)"


@pytest.fixture(autouse=True)
def _program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def created(source: str | None, file: str = "resources.py") -> tuple[Mapping[str, Any], Recording]:
    if source is not None:
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).write_text(source)
    settings = StackSettings(name_prefix="shop-dev", tags={"team": "orders"})
    names: dict[str, Any] = {}

    def program() -> pulumi.Output[Any]:
        names.update(own_resources(settings, None))
        return pulumi.Output.from_input(0)

    return names, deploy(program)[1]


def refusal(source: str) -> str:
    with pytest.raises(ComponentError) as refused:
        created(source)
    return str(refused.value)


def test_there_are_none_without_the_file() -> None:
    made, recording = created(None)
    assert made == {} and recording.resources == []


@pytest.mark.parametrize("file", ["resources.py", "resources/__init__.py"])
def test_they_are_made_with_what_the_stack_is_like(file: str) -> None:
    made, recording = created(f"{CREATE}return {{'jobs': {QUEUE}}}\n", file)
    assert list(made) == ["jobs"]
    assert recording.one("aws:sqs/queue:Queue").inputs == {"name": "shop-dev-jobs", "tags": {"team": "orders"}}


def test_a_package_may_have_other_files() -> None:
    Path("resources").mkdir()
    Path("resources/queues.py").write_text(f"import pulumi_aws as aws\n\n\ndef jobs(stack):\n    return {QUEUE}\n")
    source = "from resources.queues import jobs\n\n\ndef create(stack):\n    return {'jobs': jobs(stack)}\n"
    assert list(created(source, "resources/__init__.py")[0]) == ["jobs"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def make(stack):\n    pass\n", "resources.py: it has no function `create`: write `def create("),
        ("def create(stack)\n    pass\n", "resources.py:1: SyntaxError: expected ':'"),
        (
            "import nothing_of_this_name\n",
            "resources.py:1: ModuleNotFoundError: No module named 'nothing_of_this_name'",
        ),
        (f"{CREATE}return {{}}['jobs']\n", "resources.py:5: KeyError: 'jobs'"),
        (f"{CREATE}aws.sqs.Queue('jobs', nam='x')\n", "resources.py:5: TypeError: "),
        (f"{CREATE}raise Exception\n", "resources.py:5: Exception"),
        (f"{CREATE}pass\n", "resources.py:4: `create` returned nothing: it should return its resources by name"),
        (f"{CREATE}return [1]\n", "resources.py:4: `create` returned a value of the type `list`: it should"),
        (f"{CREATE}return {{'a.b': 1}}\n", "resources.py:4: `create` returned a resource with the name 'a.b': use"),
        (f"{CREATE}return {{'jobs': 'x'}}\n", "`create` returned a value of the type `str` as 'jobs', which is no"),
        (
            "async def create(stack):\n    return {}\n",
            "resources.py:1: `create` returned a value of the type `coroutine`",
        ),
    ],
)
def test_a_mistake_is_one_message_with_file_and_line(source: str, message: str) -> None:
    said = refusal(source)
    assert message in said
    assert "Traceback" not in said and "own_resources.py" not in said


def test_the_example_makes_a_table_and_a_bucket_that_its_module_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    example = Path(__file__).parents[2] / "examples" / "wiring"
    for name in ("table:Table", "bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket:Bucket"):
        service = "dynamodb" if name.startswith("table") else "s3"
        monkeypatch.setitem(OUTPUTS, f"aws:{service}/{name}", lambda given: {"arn": "arn:aws:s3:::x", "bucket": "x"})
    made, recording = created((example / "resources.py").read_text())
    assert recording.one("aws:dynamodb/table:Table").inputs["name"] == "shop-dev-archive"
    folder = shutil.copytree(example / "modules", "modules")
    problems, document = Problems(), Document(file="Pulumi.dev.yaml", values={})
    settings = load_settings(document, [Path(folder) / "archive"], "dev", "shop-dev", problems).modules["archive"]
    problems.raise_any()
    content = Content.read(build_spec(Path("modules/archive"), settings))
    module = Module(name="archive", physical_name="shop-dev-archive", settings=settings, content=content)
    assert Wiring(made, [module]).values(module, {}).keys() == {*("resources.table.name", "resources.bucket.bucket")}
