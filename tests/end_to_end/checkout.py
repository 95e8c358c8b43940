"""A copy of the program with a sandbox of its own: what a user's checkout is, for a test."""

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.credentials import Credentials

from benchmarks.checkout import copy_program
from sandbox import official_plugins
from sandbox.deployed.lambda_client import single_attempt
from sandbox.docker.engine import connect_docker
from sandbox.emulator.process import Emulator
from sandbox.engine import stack
from sandbox.layout import Layout
from sandbox.session import plugins
from tests.conftest import DOCKER_HOME

PROJECT = Path(__file__).parents[2]


LARGE_LAYER_BYTES = 10_000_000
"""Before Docker pushes a layer that is larger, it looks whether the registry has it from elsewhere."""


@dataclass(frozen=True)
class Ran:
    code: int
    stdout: str
    stderr: str

    def ok(self) -> str:
        """The standard output of a command that must have succeeded."""
        assert self.code == 0, f"exit code {self.code}\n{self.stdout}\n{self.stderr}"
        return self.stdout

    def failed(self) -> str:
        """All that the user saw of a command that must have failed: an error in words, never a traceback."""
        shown = f"{self.stdout}\n{self.stderr}"
        assert self.code == 1, f"exit code {self.code}\n{shown}"
        own = [line for line in shown.splitlines() if " | " not in line]  # the others are quoted from a function's log
        assert not any("Traceback (most recent call last)" in line for line in own), shown
        return shown


@dataclass(frozen=True)
class Checkout:
    root: Path
    home: Path
    """The sandbox's own folder."""

    @classmethod
    def at(cls, root: Path, home: Path | None = None) -> "Checkout":
        """A fresh copy of the program, without modules; with another checkout's sandbox, if its `home` is given."""
        copy_program(PROJECT, root)
        return cls(root, home or root / ".sandbox")

    def add(self, module: str, folder: Path) -> Path:
        """Copy a module in; gives its folder."""
        return Path(shutil.copytree(folder, self.root / "modules" / module))

    @property
    def environment(self) -> dict[str, str]:
        shared = PROJECT / ".sandbox"
        return {
            **os.environ,
            "PYTHONPYCACHEPREFIX": str(shared / "pycache"),
            "SANDBOX_HOME": str(self.home),
            "SANDBOX_TOOLS": str(shared / "tools"),
        }

    def sandbox(self, *arguments: str, stdin: str | None = None) -> Ran:
        """`python -m sandbox ...` in the checkout."""
        with _layers_of_other_tests(self.home / "emulator" / "layers"):
            return self._run([sys.executable, "-m", "sandbox", *arguments], self.environment, stdin)

    def _run(self, command: list[str], environment: dict[str, str], stdin: str | None = None) -> Ran:
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=1500,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def up(self) -> Ran:
        return self.sandbox("up")

    @contextmanager
    def shipped(self) -> Iterator["Checkout"]:
        """Ship the checkout, and remove its sandbox at the end."""
        try:
            self.up().ok()
            yield self
        finally:
            self.remove_sandbox()

    def remove_sandbox(self) -> None:
        """As `down` does it for a stack without a state: what was deployed goes with the emulator, not one by one."""
        shutil.rmtree(self.layout.backend, ignore_errors=True)
        self.sandbox("down").ok()

    def preview(self) -> str:
        return self.sandbox("preview").ok()

    def pulumi(self, *arguments: str, stdin: str | None = None, variables: Mapping[str, str] | None = None) -> Ran:
        """`pulumi ...` in the sandbox's environment, to which variables are added."""
        environ = self.sandbox_environment | dict(variables or {})
        if arguments[0] in ("config", "stack"):  # these need neither plugins nor the emulator
            return self._run(["pulumi", *arguments], environ, stdin)
        return self._run_with_plugins(["pulumi", *arguments], environ, stdin)

    def recover(self, *arguments: str) -> Ran:
        """`python -m delivery.recover`, as a pipeline runs it before an update."""
        command = [sys.executable, "-m", "delivery.recover", "--stack", "local", *arguments]
        return self._run_with_plugins(command, self.sandbox_environment)

    def _run_with_plugins(self, command: list[str], environ: dict[str, str], stdin: str | None = None) -> Ran:
        """As `sandbox exec` does it, without starting Python for that."""
        if not self.emulator.is_running():
            self.start_emulator()
        with _layers_of_other_tests(self.home / "emulator" / "layers"), self.plugins(environ) as served:
            return self._run(command, served, stdin)

    @contextmanager
    def plugins(self, environ: dict[str, str]) -> Iterator[dict[str, str]]:
        """Serve the plugins, which have the same credentials. Gives the environment of a command that uses them."""
        if official_plugins.are_chosen(self.environment):
            yield environ
            return
        with plugins(self.layout, self.root, connect_docker(), environ) as served:
            yield environ | served

    @property
    def layout(self) -> Layout:
        return Layout(project=self.root, home=self.home, tools=PROJECT / ".sandbox" / "tools")

    @property
    def emulator(self) -> Emulator:
        return Emulator(self.layout)

    def start_emulator(self) -> None:
        """As the next command would start it."""
        engine = connect_docker()
        self.emulator.start(engine.environment(), engine.bridge_address())

    def outputs(self) -> dict[str, dict[str, str]]:
        """By module."""
        return stack.outputs(self.layout)

    def invoke(self, module: str, event: Path | None = None) -> Any:
        chosen = ["--event", str(event)] if event else []
        return json.loads(self.sandbox("invoke", module, *chosen).ok())

    def deployment(self) -> dict[str, Any]:
        """The stack's state."""
        deployment: dict[str, Any] = stack.export(self.layout)["deployment"]
        return deployment

    def state(self) -> list[dict[str, Any]]:
        """The resources in the stack's state."""
        return stack.resources(self.layout)

    def properties(self) -> dict[str, tuple[Any, Any]]:
        """Inputs and outputs of the resources in the stack's state, by URN, with secrets in plain text."""
        export = json.loads(self.pulumi("stack", "export", "--show-secrets").ok())
        resources = export["deployment"]["resources"]
        return {resource["urn"]: (resource.get("inputs"), resource.get("outputs")) for resource in resources}

    def preview_steps(self) -> dict[str, int]:
        """How many resources a preview would create, update, replace, delete; without those that stay the same."""
        answer = json.loads(self.pulumi("preview", "--json").ok())
        return {kind: count for kind, count in answer["changeSummary"].items() if kind != "same"}

    def user(self, name: str, *statements: dict[str, str]) -> Credentials:
        """Make a user of the account, with these rights alone."""
        iam = self.aws("iam")
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def aws(self, service: str) -> Any:
        """A boto3 client of this sandbox's emulator."""
        settings = self.sandbox_environment
        session = boto3.Session(
            settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"], region_name=settings["AWS_REGION"]
        )
        client: Callable[..., Any] = session.client  # its many overloads know no service that is a variable
        return client(service, endpoint_url=settings["AWS_ENDPOINT_URL"], config=Config(**single_attempt()))

    @functools.cached_property
    def sandbox_environment(self) -> dict[str, str]:
        """The environment that `sandbox exec` gives a command."""
        lines = self.sandbox("exec", "--", "env", "--null").ok().split("\0")
        return dict(line.split("=", 1) for line in lines if line)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert old in text, f"{file} doesn't contain {old!r}"
        path.write_text(text.replace(old, new))


@contextmanager
def _layers_of_other_tests(layers: Path) -> Iterator[None]:
    """Give a new registry the large layers of earlier ones: Docker needs ten seconds to push the base image's."""
    kept = Path(os.environ[DOCKER_HOME], "layers")
    if not layers.parent.exists() and kept.exists():
        shutil.copytree(kept, layers, copy_function=shutil.copy)  # as new files, which the emulator keeps for a while
    yield
    for layer in layers.glob("sha256-*"):
        if layer.stat().st_size > LARGE_LAYER_BYTES:
            with suppress(OSError):  # it is there, or on another file system
                kept.mkdir(exist_ok=True)
                os.link(layer, kept / layer.name)
