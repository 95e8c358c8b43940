"""The state after an update that AWS refused, and the next run, with a real engine."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine.binary import ensure_engine
from sandbox.layout import PROJECT, Layout
from sandbox.offline.launcher import launcher_environment
from sandbox.offline.plugins.serve import serve
from sandbox.progress import Progress, Step
from tests.sandbox.offline.plugins import emulator as emulators
from tests.sandbox.offline.plugins import watched
from tests.sandbox.offline.plugins.emulator import Emulator
from tests.sandbox.offline.plugins.watched import Calls

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

PROGRAM = """\
import os

import pulumi_aws as aws

kind, value = os.environ["KIND"], os.environ["VALUE"]
trust = '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}'
if kind == "function":
    image = "localhost:1/f@sha256:" + "1" * 64
    role = "arn:aws:iam::000000000000:role/r"
    aws.lambda_.Function("it", package_type="Image", image_uri=image, role=role, publish=True, memory_size=int(value))
elif kind == "parameter":
    aws.ssm.Parameter("it", type="SecureString", value=value)
elif kind == "queue":
    aws.sqs.Queue("it", visibility_timeout_seconds=int(value))
else:
    role = aws.iam.Role("role", assume_role_policy=trust)
    aws.iam.RolePolicy("it", role=role.name, policy=value)
"""
READ, WRITE = (
    f'{{"Statement":[{{"Action":"s3:{action}Object","Effect":"Allow","Resource":"*"}}]}}' for action in ("Get", "Put")
)


class Project:
    """A project with its own stack, in which `it` is the tested resource."""

    def __init__(self, folder: Path, kind: str, environ: dict[str, str]) -> None:
        layout = Layout(project=PROJECT, home=folder / "home", tools=PROJECT / ".sandbox" / "tools")
        self._folder = folder
        self._engine = ensure_engine(layout, Step(Progress(), "engine")).path
        self._environ = {
            **environ,
            "KIND": kind,
            "PATH": os.pathsep.join([str(self._engine.parent), os.environ["PATH"]]),
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **launcher_environment(PROJECT),
        }
        (folder / "Pulumi.yaml").write_text("name: refused\nruntime: python\n")
        (folder / "__main__.py").write_text(PROGRAM)
        self._pulumi("stack", "init", "test").check_returncode()

    def up(self, value: str) -> str:
        """Returns the output of the engine. Raises CalledProcessError if the update fails."""
        done = self._pulumi("up", "--yes", "--skip-preview", VALUE=value)
        done.check_returncode()
        return done.stdout

    def recorded(self) -> Any:
        """Returns the resource in the state, with its secrets in plain text."""
        exported = self._pulumi("stack", "export", "--show-secrets")
        resources = json.loads(exported.stdout)["deployment"]["resources"]
        return next(each for each in resources if each["urn"].endswith("::it"))

    def output(self, output: str) -> str:
        value = self.recorded()["outputs"][output]
        return str(json.loads(value["plaintext"]) if isinstance(value, dict) else value)

    def _pulumi(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._engine, "--non-interactive", *arguments],
            cwd=self._folder,
            env={**self._environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulators.running(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def attached(emulator: Emulator, calls: Calls) -> Iterator[dict[str, str]]:
    """The environment in which an engine is attached to the plugin."""
    with serve([watched.provider(calls)], emulator.environ) as attached:
        yield {**emulator.environ, "PULUMI_DEBUG_PROVIDERS": attached}


@pytest.mark.parametrize(
    ("kind", "old", "new", "refused", "output", "repeated"),
    [
        ("function", "128", "256", "UpdateFunctionConfiguration", "memorySize", False),
        ("parameter", "old", "new", "PutParameter", "value", False),
        ("queue", "30", "60", "SetQueueAttributes", "visibilityTimeoutSeconds", False),
        ("role policy", READ, WRITE, "PutRolePolicy", "policy", True),
    ],
)
def test_the_state_has_the_planned_values_and_the_next_run_sees_no_difference(
    tmp_path: Path,
    attached: dict[str, str],
    calls: Calls,
    kind: str,
    old: str,
    new: str,
    refused: str,
    output: str,
    repeated: bool,
) -> None:
    project = Project(tmp_path, kind, attached)
    project.up(old)
    calls.refused = lambda operation: operation == refused
    with pytest.raises(subprocess.CalledProcessError):
        project.up(new)
    (error,) = project.recorded()["initErrors"]
    assert f"operation {refused}, AccessDeniedException: not now" in error
    assert project.output(output) == new

    calls.allow()
    assert "1 updated" in project.up(new)
    assert calls.made == ([refused] if repeated else [])
    assert "initErrors" not in project.recorded()
    assert project.output(output) == (new if repeated else old)

    assert ("1 updated" in project.up(new)) is not repeated
    assert project.output(output) == new
