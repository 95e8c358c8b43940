"""The deploy workflow, run by act: it really ships to dev and promotes to prod, with the roles of `bootstrap/`."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import REGION
from tests.bootstrap import github_api
from tests.end_to_end.account import ACCOUNT, CHECKED_OTHERWISE, UNKNOWN_CONDITIONS
from tests.end_to_end.checkout import PROJECT, Checkout
from tests.end_to_end.conftest import TINY
from tests.end_to_end.test_bootstrap import BUCKET, documented, run
from tests.workflows.actions import make_stand_ins
from tests.workflows.files import GITHUB, steps
from tests.workflows.replay import archive_engine

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

STACKS = ("dev", "prod")
TOOLS = ("curl", "gh", "python")
OF_THE_SANDBOX = {
    *("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "PULUMI_BACKEND_URL"),
    *("PULUMI_CONFIG_PASSPHRASE", "PULUMI_DEBUG_PROVIDERS", "PULUMI_STACK"),
}
"""Variables of commands in a sandbox that a runner doesn't have."""


@dataclass(frozen=True)
class Pipeline:
    """A repository that was set up as documented, and what runs its workflows."""

    checkout: Checkout
    """Its folder is the repository, with an emulator of its own."""
    folder: Path
    """What the runs leave, and the stand-ins for what is installed."""
    act: Path

    def push(self) -> tuple[int, str, list[str]]:
        """Push the files. Returns the exit code, the output, and the calls of actions and tools."""
        git = ["git", "-c", "user.name=Octo", "-c", "user.email=octo@example.com"]
        subprocess.run([*git, "add", "--all"], cwd=self.checkout.root, check=True)
        subprocess.run([*git, "commit", "--quiet", "--message=change"], cwd=self.checkout.root, check=True)
        event = self.folder / "event.json"
        event.write_text(json.dumps({"ref": "refs/heads/main", "before": "0" * 40}))
        calls = self.folder / "calls"
        calls.unlink(missing_ok=True)
        actions = make_stand_ins(
            (step.content["uses"] for step in steps() if "@" in step.content.get("uses", "")),
            self.folder / "actions",
            self.folder / "runner",
        )
        done = subprocess.run(
            [
                self.act,
                "push",
                "--no-cache-server",
                "--workflows=.github/workflows/deploy.yml",
                *self._options,
                *actions,
            ],
            cwd=self.checkout.root,
            env=self._environment(calls),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        return done.returncode, done.stdout, calls.read_text().splitlines()

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
    if shutil.which("go") is None:
        pytest.skip("act is built with Go, and there is no Go")
    act = subprocess.run([GITHUB / "tools" / "build", "act"], check=True, stdout=subprocess.PIPE, text=True)
    folder = tmp_path_factory.mktemp("pipeline")
    checkout = Checkout.at(folder / "checkout", folder / "sandbox")
    try:
        _prepare(checkout, folder)
        yield Pipeline(checkout, folder, Path(act.stdout.strip()))
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
        more = {name: local[f"lambda-images:{name}"] for name in ("buildArgs", "registryHost")}
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


def test_a_push_ships_to_dev_and_promotes_the_same_images_to_prod(pipeline: Pipeline) -> None:
    code, transcript, calls = pipeline.push()
    assert code == 0, transcript
    for module in ("adder", "greeter"):
        assert image_of(pipeline.checkout, "dev", module) == image_of(pipeline.checkout, "prod", module)
    updates = [call for call in calls if "pulumi/actions" in call]
    assert [call.partition("command=")[2].split()[0] for call in updates] == ["up", "preview", "up"]
    answer = pipeline.checkout.aws("lambda").invoke(
        FunctionName="lambda-images-prod-greeter", Qualifier="live", Payload=b'{"name": "you"}'
    )
    assert "you" in json.loads(answer["Payload"].read())["greeting"]
