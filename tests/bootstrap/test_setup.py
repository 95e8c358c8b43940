"""The setup in docs/github-actions.md uses the names that the program creates."""

import re
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import yaml

from tests.bootstrap.test_account import ENVIRONMENTS, account
from tests.components.mocks import ACCOUNT, REGION

PROJECT = Path(__file__).parents[2]
GH = r"""#!/bin/sh
[ "$1 $2 $4" = "variable set --body" ] && printf ' %s %s\n' "$3" "$5" >>calls
[ "$1 $2 $4 $6" = "variable set --env --body" ] && printf '%s %s %s\n' "$5" "$3" "$7" >>calls
exit 0
"""
PULUMI = r"""#!/bin/sh
[ "$2 $3 $5" = "set --stack permissionsBoundary" ] && printf '%s %s\n' "$4" "$6" >>boundaries
[ "$1 $2" = "stack init" ] && printf '%s\n' "$4" >>keys
exit 0
"""


def run_step(number: int, folder: Path) -> None:
    page = (PROJECT / "docs" / "github-actions.md").read_text()
    (step,) = re.findall(rf"^{number}\. .*?```bash\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    for name, script in {"gh": GH, "pulumi": PULUMI}.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    environ = {"ACCOUNT": ACCOUNT, "BUCKET": "octo-state", "PARTITION": "aws", "REGION": REGION}
    environ["PATH"] = f"{folder}:/usr/bin:/bin"
    subprocess.run(["bash", "-euc", textwrap.dedent(step)], cwd=folder, env=environ, check=True)


def test_the_variables_for_github_are_the_program_s_outputs(tmp_path: Path) -> None:
    run_step(4, tmp_path)
    variables: dict[str, dict[str, str]] = {}
    for line in (tmp_path / "calls").read_text().splitlines():
        environment, name, value = line.split(" ")
        variables.setdefault(environment, {})[name] = value
    outputs, _ = account()
    assert variables.pop("") == outputs["repositoryVariables"]
    assert variables == outputs["environmentVariables"]


def test_the_stacks_use_the_keys_and_boundaries_that_the_program_creates(tmp_path: Path) -> None:
    run_step(3, tmp_path)
    _, recording = account()
    keys = re.findall(r"awskms://(\S+)\?", (tmp_path / "keys").read_text())
    # The program registers the resources of its environments in any order.
    assert keys == sorted(alias.inputs["name"] for alias in recording.of("aws:kms/alias:Alias"))
    boundaries = dict(line.split() for line in (tmp_path / "boundaries").read_text().splitlines())
    names: list[Any] = sorted(policy.inputs["name"] for policy in recording.of("aws:iam/policy:Policy"))
    assert list(boundaries.values()) == [f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in names]


def test_the_environments_are_those_of_the_pipeline_by_default() -> None:
    declared = yaml.safe_load((PROJECT / "bootstrap" / "Pulumi.yaml").read_text())
    assert declared["config"]["environments"]["default"] == ENVIRONMENTS
