"""How much an update of two modules does, in calls instead of seconds: with nothing changed, and with one file changed.

A change that makes updates slower fails here on any machine. `make bench` measures the seconds.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.excluded import MODULES
from components.served import MODULE_TYPE
from delivery.unfinished import STACK_TYPE
from sandbox.docker.engine import DockerEngine
from sandbox.emulator.ministack.allowed_calls import VARIABLE
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

ALWAYS = {
    "Callbacks/Invoke": 0,
    "ResourceMonitor/Invoke": 3,  # the registry's password, and the published version of each module
    "ResourceMonitor/RegisterResource": 38,
    "ResourceMonitor/RegisterResourceHook": 6,
    "ResourceMonitor/RegisterResourceOutputs": 4,
    "ResourceProvider/Check": 30,
    "ResourceProvider/Create": 0,
    "ResourceProvider/Diff": 30,
    "ResourceProvider/Read": 0,
    "ResourceProvider/Update": 0,
}
"""The calls between engine, program and plugins. Each module has 17 resources, 14 of which are a plugin's."""
NOTHING: Mapping[str, str] = {}
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

    def up(self, *options: str, variables: Mapping[str, str] = NOTHING) -> tuple[dict[str, int], dict[str, int]]:
        """Update, and return how often actions of AWS and methods of gRPC were called."""
        for file in (self.actions, self.methods):
            file.unlink(missing_ok=True)
        self.checkout.pulumi("up", "--yes", "--skip-preview", *options, variables={**self.variables, **variables}).ok()
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


def test_the_state_has_the_line_of_the_program_for_each_resource(counted: Counted) -> None:
    resources = counted.checkout.deployment()["resources"]
    made = [each for each in resources if "sourcePosition" in each and each["type"] != STACK_TYPE]
    assert {each["type"].partition(":")[0] for each in made} >= {"aws", "docker", "lambda-images", "pulumi"}
    files = {each["sourcePosition"].removeprefix("project:///").partition("#")[0] for each in made}
    assert {file.partition("/")[0] for file in files} == {"components", "__main__.py"}
    assert all("stackTrace" not in each for each in made)


def test_the_engine_has_kept_no_debug_log(counted: Counted) -> None:
    assert (counted.checkout.layout.pulumi_home / "logs").read_text() == ""


def test_the_state_of_a_release_with_more_components_is_taken_over_without_a_change_in_aws(
    counted: Counted, tmp_path: Path
) -> None:
    unchanged, before = counted.up(), counted.checkout.properties()
    exported = tmp_path / "state.json"
    exported.write_text(json.dumps(with_former_components(counted.checkout)))
    counted.checkout.pulumi("stack", "import", "--file", str(exported)).ok()
    former = counted.checkout.properties().keys() - before.keys()
    assert len(former) == 2 * (4 + 11)

    excluded = next(urn for urn in before if urn.endswith(f"{MODULE_TYPE}::greeter"))
    actions, _ = counted.up("--exclude", excluded, "--exclude-dependents", variables={MODULES: "greeter"})
    assert set(actions) <= set(unchanged[0])
    assert counted.up() == unchanged
    assert counted.checkout.properties() == before


FORMER_COMPONENTS = {
    "aws:ecr/": "ImageRepository",
    "docker:": "ModuleImage",
    "pulumi:index:Stash::{}-build": "ModuleImage",
    "aws:iam/": "ExecutionRole",
    "aws:lambda/": "ImageFunction",
}
"""The component that a module's resource was in, by how its URN goes on after that of the module."""


def with_former_components(checkout: Checkout) -> dict[str, Any]:
    """The state as that release would have written it."""
    exported = json.loads(checkout.pulumi("stack", "export").ok())
    renamed: dict[str, str] = {}
    resources: list[dict[str, Any]] = []
    for resource in exported["deployment"]["resources"]:
        start, _, rest = resource["urn"].partition(f"{MODULE_TYPE}$")
        module = resource.get("parent", "").rpartition("::")[2]
        for begins, component in FORMER_COMPONENTS.items():
            if rest.startswith(begins.format(module)):
                typ = f"lambda-images:index:{component}"
                renamed[resource["urn"]] = f"{start}{MODULE_TYPE}${typ}${rest}"
                urn = f"{start}{MODULE_TYPE}${typ}::{module}"
                if all(urn != other["urn"] for other in resources):
                    resources.append({"urn": urn, "custom": False, "type": typ, "parent": resource["parent"]})
                resource["parent"] = urn
        resources.append(resource)
    text = json.dumps({**exported["deployment"], "resources": resources})
    for urn, former in renamed.items():
        text = text.replace(f'"{urn}"', f'"{former}"').replace(f'"{urn}::', f'"{former}::')
    return {**exported, "deployment": json.loads(text)}
