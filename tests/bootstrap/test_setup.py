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
PULUMI = r"""#!/bin/sh
[ "$2 $3 $5" = "set --stack permissionsBoundary" ] && printf '%s %s\n' "$4" "$6" >>boundaries
[ "$1 $2" = "stack init" ] && printf '%s\n' "$4" >>keys
exit 0
"""


def commands(number: int) -> str:
    page = (PROJECT / "docs" / "github-actions.md").read_text()
    (step,) = re.findall(rf"^{number}\. .*?```bash[^\n]*\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    return textwrap.dedent(step)


def test_github_is_set_up_before_there_are_roles_and_gets_the_variables_afterwards() -> None:
    assert commands(1) == "make github REVIEWERS=octo/deployers\n"
    assert commands(4) == "make github\n"


def test_the_stacks_use_the_keys_and_boundaries_that_the_program_creates(tmp_path: Path) -> None:
    (tmp_path / "pulumi").write_text(PULUMI)
    (tmp_path / "pulumi").chmod(0o755)
    environ = {"ACCOUNT": ACCOUNT, "BUCKET": "octo-state", "PARTITION": "aws", "REGION": REGION}
    environ["PATH"] = f"{tmp_path}:/usr/bin:/bin"
    subprocess.run(["bash", "-euc", commands(3)], cwd=tmp_path, env=environ, check=True)
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
