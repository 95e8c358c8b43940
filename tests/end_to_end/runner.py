"""Does on this machine what actions and tools do on a runner of GitHub's: only installations are stand-ins.

    python -m tests.end_to_end.runner NAME [ARGUMENT ...]

An action is called by its name, with its inputs as a JSON object in INPUTS; a tool by its own. RUNNER_CALLS names the
file that gets a line for each call.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3

from sandbox.docker.engine import connect_docker
from sandbox.offline.plugins import aws, docker
from sandbox.offline.plugins.serve import serve
from tests.end_to_end.account import assume
from tests.end_to_end.checkout import Checkout

REPOSITORY = "octo@583231/lambda-images@1296269"
NEED_PLUGINS = ("destroy", "import", "preview", "refresh", "up")
IN_ENVIRONMENT = ("release", "update")
"""The jobs with a GitHub environment."""


def main(name: str, *arguments: str) -> int:
    inputs: dict[str, str] = json.loads(os.environ.get("INPUTS", "{}"))
    with open(os.environ["RUNNER_CALLS"], "a") as calls:
        given = [*arguments, *(f"{key}={value}" for key, value in inputs.items() if value)]
        calls.write(f"{os.environ['GITHUB_JOB']}: {' '.join([name, *given])}\n")
    if name == "aws-actions/configure-aws-credentials":
        return log_in(inputs["role-to-assume"], inputs["aws-region"])
    if name.endswith("-artifact"):
        return hand_over(name, inputs)
    if name == "pulumi/actions":
        return pulumi(*command(inputs))
    if name == "pulumi":
        return pulumi(*arguments)
    if name == "curl":
        shutil.copy(os.environ["RUNNER_ENGINE"], arguments[arguments.index("--output") + 1])
    if name == "python" and "venv" in arguments:
        install(Path(arguments[-1]))
    return 0


def stack() -> str:
    """The stack that the job is about. Its file of images says so: only `prod` takes images."""
    return "prod" if os.environ.get("IMAGES_FILE") else "dev"


def log_in(role: str, region: str) -> int:
    """Take the role for a token with the subject that GitHub gives the job, and hand the credentials to later steps.

    act has one value of a variable, not one for each environment, so the variable has a placeholder for the stack.
    """
    in_environment = os.environ["GITHUB_JOB"] in IN_ENVIRONMENT
    subject = f"environment:{stack()}" if in_environment else "ref:refs/heads/main"

    def client(service: str) -> Any:
        keys = (os.environ["RUNNER_KEY"], os.environ["RUNNER_SECRET"])
        make: Any = boto3.Session(*keys, region_name=region).client
        return make(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])

    account = cast(Checkout, SimpleNamespace(aws=client))
    name = role.rpartition("/")[2].replace("STACK", stack())
    given = assume(account, name, f"repo:{REPOSITORY}:{subject}")
    given |= {"AWS_DEFAULT_REGION": region, "AWS_REGION": region}
    with open(os.environ["GITHUB_ENV"], "a") as environment:
        environment.writelines(f"{key}={value}\n" for key, value in given.items())
    return 0


def command(inputs: dict[str, str]) -> list[str]:
    """The command that pulumi/actions runs."""
    options = ["--diff"] if inputs["diff"] else []
    if inputs["command"] == "up":
        options += ["--yes", "--skip-preview", *(["--continue-on-error"] if inputs["continue-on-error"] else [])]
    excluded = [option for urn in filter(None, inputs["exclude"].split(",")) for option in ("--exclude", urn)]
    return ["--non-interactive", inputs["command"], "--stack", inputs["stack-name"], *options, *excluded]


def pulumi(*arguments: str) -> int:
    """Run the engine with the job's credentials. A job that takes images has no docker plugin."""
    engine, real = connect_docker(), os.environ["RUNNER_PULUMI"]
    environ = {**os.environ, **engine.environment()}
    if not set(NEED_PLUGINS) & set(arguments):
        return subprocess.run([real, *arguments], env=environ).returncode
    logs = Path(os.environ["RUNNER_LOGS"])
    builder = [docker.provider(Path.cwd(), logs, engine.client)] if stack() == "dev" else []
    with serve((aws.provider(), *builder), environ, logs / "plugins.log") as attached:
        local = {"PULUMI_DEBUG_PROVIDERS": attached, "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
        return subprocess.run([real, *arguments], env={**environ, **local}).returncode


def hand_over(name: str, inputs: dict[str, str]) -> int:
    kept = Path(os.environ["RUNNER_CALLS"]).parent / "artifacts" / inputs["name"]
    if name == "actions/download-artifact":
        shutil.copytree(kept, inputs["path"], dirs_exist_ok=True)
    else:
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copy(inputs["path"], kept)
    return 0


def install(folder: Path) -> None:
    """A virtual environment with the tests' packages, and a pip that installs nothing."""
    (folder / "bin").mkdir(parents=True)
    for name, does in {"python": f'exec "{sys.executable}" "$@"', "pip": "exit 0"}.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / "bin" / name).chmod(0o755)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
