"""The example of another program that has a LambdaModule."""

import json
import shutil
from collections.abc import Iterator

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import PROJECT, Checkout, Ran

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def checkout(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    checkout = Checkout.at(tmp_path_factory.mktemp("elsewhere") / "checkout")
    shutil.copytree(PROJECT / "examples", checkout.root / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    try:
        elsewhere(checkout, "stack", "select", "--create", "local").ok()
        elsewhere(checkout, "up", "--yes", "--skip-preview").ok()
        yield checkout
    finally:
        elsewhere(checkout, "destroy", "--yes", "--skip-preview").ok()
        checkout.sandbox("down").ok()


def elsewhere(checkout: Checkout, *arguments: str) -> Ran:
    """A `pulumi` command of the example's, with the components on its path, as `bin/sandbox` has them."""
    command = ("env", f"PYTHONPATH={checkout.root}", "pulumi", *arguments)
    return checkout.sandbox("exec", "--in", str(checkout.root / "examples" / "elsewhere"), "--", *command)


def test_its_function_answers_and_its_own_resource_knows_where(checkout: Checkout) -> None:
    outputs = json.loads(elsewhere(checkout, "stack", "output", "--json").ok())["greeter"]
    assert outputs["functionName"] == "elsewhere-local-greeter"
    parameter = checkout.aws("ssm").get_parameter(Name="/elsewhere-local/greeter")["Parameter"]
    assert parameter["Value"] == outputs["aliasArn"]
    answer = checkout.aws("lambda").invoke(FunctionName=parameter["Value"], Payload=b'{"name": "there"}')
    assert json.load(answer["Payload"]) == {"greeting": "Hello, there!"}


def test_only_a_changed_file_changes_the_image(checkout: Checkout) -> None:
    handler = "examples/elsewhere/greeter/handler.py"
    elsewhere(checkout, "preview", "--expect-no-changes").ok()
    checkout.edit(handler, "Hello", "Good day")
    shown = elsewhere(checkout, "preview", "--diff").ok()
    checkout.edit(handler, "Good day", "Hello")
    assert "docker:index/image:Image: (update)" in shown
