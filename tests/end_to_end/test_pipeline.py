"""The deploy workflow, run by act: it really ships to dev and promotes to prod, with the roles of `bootstrap/`."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from sandbox.docker import base_image
from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import REGION
from tests.bootstrap import github_api
from tests.end_to_end.account import ACCOUNT, CHECKED_OTHERWISE, UNKNOWN_CONDITIONS
from tests.end_to_end.checkout import PROJECT, Checkout
from tests.end_to_end.conftest import TINY
from tests.end_to_end.test_bootstrap import BUCKET, documented, run
from tests.workflows.actions import make_stand_ins
from tests.workflows.files import GITHUB, steps
from tests.workflows.replay import archive_engine, built_act

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

STACKS = ("dev", "prod")
TOOLS = ("curl", "gh", "python")
OF_THE_SANDBOX = {
    *("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "PULUMI_BACKEND_URL"),
    *("PULUMI_CONFIG_PASSPHRASE", "PULUMI_DEBUG_PROVIDERS", "PULUMI_STACK"),
}
"""Variables of commands in a sandbox that a runner doesn't have."""


@dataclass(frozen=True)
class Running:
    """A run of a workflow."""

    process: subprocess.Popen[bytes]
    output: Path
    calls: Path
    """Has a line for each call of an action or a tool."""

    def ended(self) -> list[str]:
        """Wait for its end. Returns the calls of a run that must have succeeded."""
        assert self.process.wait(timeout=600) == 0, self.output.read_text()
        return self.calls.read_text().splitlines()

    def kill(self) -> None:
        """End everything that runs, as GitHub ends a runner."""
        act = psutil.Process(self.process.pid)
        for process in (act, *act.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


@dataclass(frozen=True)
class Pipeline:
    """A repository that was set up as documented, and what runs its workflows."""

    checkout: Checkout
    """Its folder is the repository, with an emulator of its own."""
    folder: Path
    """What the runs leave, and the stand-ins for what is installed."""
    act: Path

    def commit(self) -> None:
        git = ["git", "-c", "user.name=Octo", "-c", "user.email=octo@example.com"]
        subprocess.run([*git, "add", "--all"], cwd=self.checkout.root, check=True)
        subprocess.run([*git, "commit", "--quiet", "--message=change"], cwd=self.checkout.root, check=True)

    def push(self) -> "Running":
        """Push to main, after which everything counts as changed."""
        return self._run("push", "deploy", {"before": "0" * 40})

    def by_hand(self, workflow: str, **inputs: str) -> "Running":
        return self._run(
            "workflow_dispatch", workflow, {"inputs": inputs, "workflow": f".github/workflows/{workflow}.yml"}
        )

    def _run(self, event: str, workflow: str, payload: dict[str, Any]) -> "Running":
        file, calls = self.folder / "event.json", self.folder / "calls"
        file.write_text(json.dumps({"ref": "refs/heads/main", **payload}))
        calls.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "actions", ignore_errors=True)
        actions = make_stand_ins(
            (step.content["uses"] for step in steps() if "@" in step.content.get("uses", "")),
            self.folder / "actions",
            self.folder / "runner",
        )
        chosen = f"--workflows=.github/workflows/{workflow}.yml"
        output = self.folder / "output"
        with output.open("w") as opened:
            process = subprocess.Popen(
                [self.act, event, "--no-cache-server", chosen, *self._options, *actions],
                cwd=self.checkout.root,
                env=self._environment(calls),
                stdin=subprocess.DEVNULL,
                stdout=opened,
                stderr=subprocess.STDOUT,
            )
        return Running(process, output, calls)

    @property
    def _options(self) -> list[str]:
        role = f"arn:aws:iam::{ACCOUNT}:role/github"
        endpoint = f"endpoint={self.checkout.sandbox_environment['AWS_ENDPOINT_URL']}&s3ForcePathStyle=true"
        variables = {
            "AWS_REGION": REGION,
            "DEPLOY_ROLE_ARN": f"{role}-deploy-STACK",
            "PROD_PREVIEW_ROLE_ARN": f"{role}-preview-prod",
            "PULUMI_BACKEND_URL": f"s3://{BUCKET}?region={REGION}&{endpoint}",
        }
        options = [f"--var={name}={value}" for name, value in variables.items()]
        return [*options, f"--eventpath={self.folder / 'event.json'}", "--platform=ubuntu-24.04=-self-hosted"]

    def _environment(self, calls: Path) -> dict[str, str]:
        """Without credentials: each job takes those of its role."""
        sandbox = self.checkout.sandbox_environment
        kept = {name: value for name, value in sandbox.items() if name not in OF_THE_SANDBOX}
        return kept | {
            "HOME": str(self.folder / "home"),
            "PATH": os.pathsep.join([str(self.folder / "bin"), sandbox["PATH"]]),
            "PYTHONPATH": str(PROJECT),
            "RUNNER_CALLS": str(calls),
            "RUNNER_ENGINE": str(self.folder / "engine.tar.gz"),
            "RUNNER_KEY": sandbox["AWS_ACCESS_KEY_ID"],
            "RUNNER_LOGS": str(self.folder),
            "RUNNER_PULUMI": str(shutil.which("pulumi", path=sandbox["PATH"])),
            "RUNNER_SECRET": sandbox["AWS_SECRET_ACCESS_KEY"],
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
        }


@pytest.fixture(scope="module")
def pipeline(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    act = built_act()
    folder = tmp_path_factory.mktemp("pipeline")
    checkout = Checkout.at(folder / "checkout", folder / "sandbox")
    try:
        _prepare(checkout, folder)
        yield Pipeline(checkout, folder, act)
    finally:
        checkout.remove_sandbox()


def _prepare(checkout: Checkout, folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", ".pulumi")
    shutil.copytree(PROJECT / "bootstrap", checkout.root / "bootstrap", ignore=ignored)
    shutil.copytree(GITHUB, checkout.root / ".github", ignore=shutil.ignore_patterns("tools"))
    for file in (".pulumi.version", "requirements.txt"):
        shutil.copy2(PROJECT / file, checkout.root / file)
    for module in ("adder", "greeter"):
        checkout.add(module, TINY / module)
    github_api.install(checkout.root)
    run(checkout, documented(1, 2, 3, 4)).ok()
    local = yaml.safe_load((checkout.root / "Pulumi.local.yaml").read_text())["config"]
    for stack in STACKS:
        written = checkout.root / f"Pulumi.{stack}.yaml"
        settings = yaml.safe_load(written.read_text())
        more: dict[str, Any] = {"registryHost": local["lambda-images:registryHost"]}
        more |= {"buildArgs": {"BASE_IMAGE": base_image.TAG}}  # jobs build without the sandbox
        more |= {"pipeline": {"after": "dev", "images": "copy"}} if stack == "prod" else {}
        settings["config"] |= {f"lambda-images:{name}": value for name, value in more.items()}
        written.write_text(yaml.safe_dump(settings))
        _grant(checkout, f"github-deploy-{stack}", "deploy", stack)
    _grant(checkout, "github-preview-prod", "preview", "prod")

    runner = folder / "runner"
    runner.write_text(f'#!/bin/sh\ncd "$PWD" && exec "{sys.executable}" -m tests.end_to_end.runner "$@"\n')
    runner.chmod(0o755)
    (folder / "bin").mkdir()
    for tool in (*TOOLS, "pulumi"):
        place = folder / "bin" / tool
        place.write_text(f'#!/bin/sh\nexec "{runner}" {tool} "$@"\n')
        place.chmod(0o755)
    archive_engine(folder / "engine.tar.gz", (folder / "bin" / "pulumi").rename(folder / "pulumi"), checkout.root)
    (folder / "config" / "act").mkdir(parents=True)
    (folder / "config" / "act" / "actrc").touch()
    (checkout.root / ".venv").unlink()  # the workflow makes its own
    (checkout.root / ".gitignore").write_text("/gh\n/github.json\n")
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["remote", "add", "origin", "https://github.com/o/r"],
    ):
        subprocess.run(["git", *command], cwd=checkout.root, check=True)


def _grant(checkout: Checkout, role: str, policy: str, stack: str) -> None:
    """Grant what the emulator checks in another way than AWS."""
    iam = checkout.aws("iam")
    document: dict[str, Any] = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    for statement in document["Statement"]:
        if UNKNOWN_CONDITIONS & {key for test in statement.get("Condition", {}).values() for key in test}:
            del statement["Condition"]
    document["Statement"] += [
        {"Effect": "Allow", "Action": action, "Resource": resource.replace("-dev-", f"-{stack}-")}
        for action, resource in CHECKED_OTHERWISE.items()
        if policy == "deploy"
    ]
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def image_of(checkout: Checkout, stack: str, module: str) -> str:
    """The digest of the image that a function serves."""
    function = f"lambda-images-{stack}-{module}"
    code = checkout.aws("lambda").get_function(FunctionName=function, Qualifier="live")["Code"]
    return str(code["ImageUri"].partition("@")[2])


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait while the process runs."""
    while not holds():
        assert process.poll() is None, "the run ended before"
        time.sleep(0.2)


def repositories(checkout: Checkout) -> list[str]:
    return [each["repositoryName"] for each in checkout.aws("ecr").describe_repositories()["repositories"]]


def test_a_push_ships_to_dev_and_promotes_the_same_images_to_prod(pipeline: Pipeline) -> None:
    """Also if the first run is killed: then the lock has to be released."""
    pipeline.commit()
    run = pipeline.push()
    wait_until(lambda: len(repositories(pipeline.checkout)) > 0, run.process)
    run.kill()
    pipeline.by_hand("release-lock", stack="dev").ended()
    calls = pipeline.push().ended()
    for module in ("adder", "greeter"):
        assert image_of(pipeline.checkout, "dev", module) == image_of(pipeline.checkout, "prod", module)
    updates = [call for call in calls if "pulumi/actions" in call]
    assert [call.partition("command=")[2].split()[0] for call in updates] == ["up", "preview", "up"]
    answer = pipeline.checkout.aws("lambda").invoke(
        FunctionName="lambda-images-prod-greeter", Qualifier="live", Payload=b'{"name": "you"}'
    )
    assert "you" in json.loads(answer["Payload"].read())["greeting"]
