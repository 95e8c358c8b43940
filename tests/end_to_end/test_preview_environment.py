"""The preview environment of a pull request, from its label to its end, by the workflow's commands and its role."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.account import ACCOUNT, BUCKET, Account
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox

STATE = ".pulumi/stacks/lambda-images"
BACKUP = re.compile(r"/backups/|\.bak$")
LOCK = ".pulumi/locks/organization/lambda-images/pr-7/dead.json"


def git(folder: Path, *arguments: str) -> None:
    author = ("-c", "user.name=Octo", "-c", "user.email=octo@example.com")
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "Pulumi.yaml", "Pulumi.pr.yaml", "modules")
    git(folder, "commit", "--message", "change")


def left(checkout: Checkout) -> list[str]:
    """The names of everything in the account that an environment can have."""
    roles = [role["RoleName"] for role in checkout.aws("iam").list_roles()["Roles"]]
    found = [
        *(name for name in roles if name not in ("deploy", "preview")),
        *(one["FunctionName"] for one in checkout.aws("lambda").list_functions()["Functions"]),
        *(one["repositoryName"] for one in checkout.aws("ecr").describe_repositories()["repositories"]),
        *(one["logGroupName"] for one in checkout.aws("logs").describe_log_groups()["logGroups"]),
        *(one["Name"] for one in checkout.aws("ssm").describe_parameters()["Parameters"]),
        *(one["TopicArn"] for one in checkout.aws("sns").list_topics()["Topics"]),
        *(one["AlarmName"] for one in checkout.aws("cloudwatch").describe_alarms()["MetricAlarms"]),
        *(one["DashboardName"] for one in checkout.aws("cloudwatch").list_dashboards()["DashboardEntries"]),
    ]
    return sorted(found)


def stored(checkout: Checkout) -> list[str]:
    """What the bucket has of the stack, without the copies that the engine keeps of a state."""
    listed = checkout.aws("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [one["Key"] for one in listed if "/pr-7" in one["Key"] and not BACKUP.search(one["Key"])]


def test_an_environment_is_updated_and_destroyed_without_a_trace(docker: DockerEngine, tmp_path: Path) -> None:
    checkout = Checkout.at(tmp_path / "checkout")
    for module in ("adder", "greeter"):
        checkout.add(module, TINY / module)
    (checkout.root / "modules" / "adder" / "module.yaml").write_text("secrets: {PEPPER: {}}\n")
    settings = (checkout.root / "Pulumi.local.yaml").read_text().partition("encryptionsalt")[0]
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/lambda-images-pr-boundary"
    settings += f"  lambda-images:permissionsBoundary: {boundary}\n  lambda-images:pipeline: {{enabled: false}}\n"
    (checkout.root / "Pulumi.pr.yaml").write_text(settings)
    try:
        account = Account.of(checkout, docker, "pr")
        account.keep_secret("secrets.adder.PEPPER", "hot")
        git(checkout.root, "init")
        commit(checkout.root)
        checkout.edit("modules/adder/app.py", '"sum": sum', '"total": sum')
        commit(checkout.root)
        role = account.assume("deploy", "environment:pr")
        update_and_destroy(checkout, replace(account, stack="pr-7"), role)
    finally:
        checkout.sandbox("down").ok()


def update_and_destroy(checkout: Checkout, account: Account, role: dict[str, str]) -> None:
    options = ("--number", "7", "--base", "HEAD^1")
    said = account.run(role, sys.executable, "-m", "delivery.pull_request_stack", *options).ok()
    stack, modules, provider = (line.partition("=")[2] for line in said.splitlines())
    assert (stack, modules) == ("pr-7", '["adder"]')
    file = checkout.root / "Pulumi.pr-7.yaml"
    written = file.read_text()
    account.pulumi(role, "stack", "select", "--create", "--secrets-provider", provider, "pr-7").ok()
    assert file.read_text() == written
    account.pulumi(role, "cancel", "--yes", "--stack", "pr-7").ok()
    assert account.recover(role).ok() == "Nothing to recover.\n"
    account.pulumi(role, "up", "--yes", "--skip-preview", "--continue-on-error").ok()
    assert file.read_text() == written

    live = checkout.aws("lambda").invoke(
        FunctionName="lambda-images-pr-7-adder", Qualifier="live", Payload=b'{"numbers": [1, 2]}'
    )
    assert json.load(live["Payload"]) == {"total": 3}
    parameter = {"Name": "/lambda/lambda-images-pr-7-adder/PEPPER", "WithDecryption": True}
    assert checkout.aws("ssm").get_parameter(**parameter)["Parameter"]["Value"] == "hot"
    assert not [name for name in left(checkout) if "pr-7" not in name or "greeter" in name]
    report = account.run(
        role, sys.executable, "-m", "delivery.environment_report", "pr-7", '["adder"]', "--update=success"
    )
    assert "| `adder` | `1` | `lambda-images-pr-7-adder` |  |" in report.ok()
    with pytest.raises(ClientError, match="AccessDenied"):
        account.client("s3", role).get_object(Bucket=BUCKET, Key=f"{STATE}/dev.json")

    git(checkout.root, "reset", "--hard", "HEAD^1")
    file.unlink()
    checkout.aws("s3").put_object(Bucket=BUCKET, Key=LOCK, Body=b'{"pid": 1, "username": "runner"}')
    listing = "from delivery.unused_stacks import *; print(stacks_in_backend('lambda-images'))"
    assert account.run(role, sys.executable, "-c", listing).ok() == "['pr-7']\n"
    destroyed = account.run(role, sys.executable, "-m", "delivery.destroy_stack", "pr-7").ok()
    assert destroyed.splitlines()[-2:] == ["pr-7: everything in AWS is deleted", "pr-7: the stack is removed"]
    assert (left(checkout), stored(checkout)) == ([], [])
    assert account.run(role, sys.executable, "-m", "delivery.destroy_stack", "pr-7").ok() == (
        "there is no stack pr-7: nothing to destroy\n"
    )
