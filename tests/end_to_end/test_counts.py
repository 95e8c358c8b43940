"""How much an update of two modules does, in calls instead of seconds: with nothing changed, and with one file changed.

A change that makes updates slower fails here on any machine. `make bench` measures the seconds.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.emulator.ministack.allowed_calls import VARIABLE
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

ALWAYS = {
    "Callbacks/Invoke": 0,
    "ResourceMonitor/Invoke": 3,  # the registry's password, and the published version of each module
    "ResourceMonitor/RegisterResource": 46,
    "ResourceMonitor/RegisterResourceHook": 6,
    "ResourceMonitor/RegisterResourceOutputs": 12,
    "ResourceProvider/Check": 30,
    "ResourceProvider/Create": 0,
    "ResourceProvider/Diff": 30,
    "ResourceProvider/Read": 0,
    "ResourceProvider/Update": 0,
}
"""The calls between engine, program and plugins. Each module has 21 resources, 14 of which are a plugin's."""
UNCOUNTED = ("ecr:BatchCheckLayerAvailability", "lambda:GetFunctionConfiguration")
"""How often Docker looks for layers depends on what it pushed before, and how often the plugin polls on the time."""


@dataclass(frozen=True)
class Counted:
    """A checkout whose updates a user runs, because the emulator doesn't evaluate the calls of the account's root."""

    checkout: Checkout
    actions: Path
    methods: Path
    variables: dict[str, str]

    @classmethod
    def of(cls, checkout: Checkout, folder: Path) -> "Counted":
        user = checkout.user("counted", {"Effect": "Allow", "Action": "*", "Resource": "*"})
        keys = {"AWS_ACCESS_KEY_ID": user.access_key, "AWS_SECRET_ACCESS_KEY": user.secret_key}
        methods = folder / "methods"
        return cls(checkout, folder / "actions", methods, keys | {"PULUMI_DEBUG_GRPC": str(methods)})

    def up(self) -> tuple[dict[str, int], dict[str, int]]:
        """Update, and return how often actions of AWS and methods of gRPC were called."""
        for file in (self.actions, self.methods):
            file.unlink(missing_ok=True)
        self.checkout.pulumi("up", "--yes", "--skip-preview", variables=self.variables).ok()
        actions = Counter(line.split()[1] for line in self.actions.read_text().splitlines())
        calls = map(json.loads, self.methods.read_text().splitlines())
        names = (call["method"].split(".")[-1] for call in calls if call["progress"] == "request_started")
        methods = Counter(name for name in names if name in ALWAYS)
        return actions, {name: methods[name] for name in ALWAYS}


@pytest.fixture(scope="module")
def counted(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    folder = tmp_path_factory.mktemp("counted")
    checkout = Checkout.at(folder / "checkout")
    for module in ("adder", "greeter"):
        checkout.add(module, TINY / module)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(VARIABLE, str(folder / "actions"))
        with checkout.shipped():
            yield Counted.of(checkout, folder)


def test_nothing_changed(counted: Counted) -> None:
    actions, methods = counted.up()
    assert actions == {"ecr:GetAuthorizationToken": 1, "lambda:GetFunction": 2}
    assert methods == ALWAYS


def test_one_file_changed(counted: Counted) -> None:
    counted.checkout.edit("modules/adder/app.py", '"sum": sum', '"total": sum')
    actions, methods = counted.up()
    assert {name: times for name, times in actions.items() if name not in UNCOUNTED} == {
        "ecr:BatchGetImage": 3,
        "ecr:CompleteLayerUpload": 2,
        "ecr:GetAuthorizationToken": 1,
        "ecr:GetDownloadUrlForLayer": 1,
        "ecr:InitiateLayerUpload": 2,
        "ecr:PutImage": 2,
        "ecr:UploadLayerPart": 2,
        "lambda:GetFunction": 3,
        "lambda:InvokeFunction": 1,
        "lambda:ListAliases": 4,
        "lambda:ListVersionsByFunction": 1,
        "lambda:PublishVersion": 1,
        "lambda:UpdateFunctionCode": 1,
    }
    changing = {
        "Callbacks/Invoke": 3,
        "ResourceMonitor/Invoke": 5,
        "ResourceProvider/Check": 31,
        "ResourceProvider/Create": 1,
        "ResourceProvider/Update": 3,
    }
    assert methods == ALWAYS | changing


def test_the_state_has_one_line_of_the_program_for_each_resource(counted: Counted) -> None:
    resources = counted.checkout.deployment()["resources"]
    made = [each for each in resources if "stackTrace" in each and each["type"] != "pulumi:pulumi:Stack"]
    assert {each["type"].partition(":")[0] for each in made} >= {"aws", "docker", "lambda-images", "pulumi"}
    assert {len(each["stackTrace"]) for each in made} == {1}
    files = {each["sourcePosition"].removeprefix("project:///").partition("#")[0] for each in made}
    assert {file.partition("/")[0] for file in files} == {"components", "__main__.py"}
