"""People look at a stack of an account and operate it, with the documented permissions, without Docker or state."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.account import SUBJECTS, Account
from tests.end_to_end.checkout import PROJECT, Checkout, Ran
from tests.end_to_end.conftest import TINY

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

FUNCTION = "lambda-images-dev-greeter"
URL = "  lambda-images:modules: {greeter: {triggers: {url: {}}}}\n"


CHECKED_OTHERWISE = {"lambda:GetAlias": "lambda:ListAliases"}
"""What the emulator checks instead of an action. It takes changing an alias for the same."""


def documented() -> dict[str, set[str]]:
    """The permissions that each verb needs."""
    rows = re.findall(r"^\| `([a-z]+)` \| (.*) \|$", (PROJECT / "docs" / "operating.md").read_text(), re.MULTILINE)
    return {verb: set(re.findall(r"`([a-z]+:\w+)`", cells)) for verb, cells in rows}


@dataclass(frozen=True)
class Operator:
    """Someone with a checkout, a profile for the account, and no more."""

    account: Account
    folder: Path
    """Has the files of the AWS CLI, and nothing of a sandbox."""

    @classmethod
    def of(cls, account: Account, folder: Path) -> "Operator":
        environ, key = account.environ, account.checkout.user("operator")
        (folder / "config").write_text(
            f"[profile work]\nregion = {environ['AWS_REGION']}\nendpoint_url = {environ['AWS_ENDPOINT_URL']}\n"
            f"aws_access_key_id = {key.access_key}\naws_secret_access_key = {key.secret_key}\n"
        )
        return cls(account, folder)

    def run(self, verb: str, *arguments: str) -> Ran:
        """A verb about the stack `dev`, with the permissions that it needs."""
        actions = documented()[verb]
        actions |= {CHECKED_OTHERWISE.get(action, action) for action in actions}
        policy = {"Statement": [{"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}]}
        self.account.checkout.aws("iam").put_user_policy(
            UserName="operator", PolicyName="operator", PolicyDocument=json.dumps({"Version": "2012-10-17", **policy})
        )
        own = {"AWS_PROFILE": "work", "AWS_CONFIG_FILE": str(self.folder / "config")}
        return self.run_with(own, verb, *arguments)

    def run_with(self, credentials: dict[str, str], verb: str, *arguments: str) -> Ran:
        environ = {
            "DOCKER_HOST": "unix:///nowhere",
            "HOME": str(self.folder),
            "PATH": os.defpath,
            "PYTHONPYCACHEPREFIX": self.account.checkout.environment["PYTHONPYCACHEPREFIX"],
            "SANDBOX_HOME": str(self.folder / "sandbox"),
            **credentials,
        }
        command = [sys.executable, "-m", "sandbox", verb, "--stack=dev", *arguments]
        done = subprocess.run(command, cwd=self.account.checkout.root, env=environ, capture_output=True, text=True)
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def operator(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """Of a stack that has shipped two versions of `greeter`."""
    checkout = Checkout.at(tmp_path_factory.mktemp("operating") / "checkout")
    checkout.add("greeter", TINY / "greeter")
    settings = (checkout.root / "Pulumi.local.yaml").read_text().partition("encryptionsalt")[0]
    (checkout.root / "Pulumi.dev.yaml").write_text(settings + URL)
    try:
        account = Account.of(checkout, docker)
        account.pulumi({}, "up", "--yes", "--skip-preview").ok()
        checkout.edit("modules/greeter/words.txt", "hello", "good evening")
        account.pulumi({}, "up", "--yes", "--skip-preview").ok()
        yield Operator.of(account, tmp_path_factory.mktemp("home"))
    finally:
        checkout.remove_sandbox()


def greeting(operator: Operator) -> str:
    return str(json.loads(operator.run("invoke", "greeter").ok())["greeting"])


def test_a_module_is_invoked_and_its_log_and_addresses_are_shown(operator: Operator) -> None:
    assert greeting(operator) == "good evening, smoke"
    assert "REPORT RequestId" in operator.run("logs", "greeter", "--all").ok()
    url = operator.account.checkout.aws("lambda").get_function_url_config(FunctionName=FUNCTION, Qualifier="live")
    assert operator.run("open", "greeter", "--print").ok() == f"{url['FunctionUrl']}\n"
    assert f"#/functions/{FUNCTION}/" in operator.run("open", "greeter", "--print", "--what=console").ok()


def test_an_older_version_is_served_and_the_newest_again(operator: Operator) -> None:
    rolled_back = operator.run("rollback", "greeter", "--reason=too late").ok()
    assert "greeter is held at 1 instead of 2" in rolled_back
    assert rolled_back.endswith("make release MODULE=greeter STACK=dev\n")
    assert greeting(operator) == "hello, smoke"
    status = json.loads(operator.run("status", "--json").ok())["greeter"]
    assert (status["version"], status["newestVersion"], status["checkout"]) == ("1", "2", "held")
    assert ": too late" in operator.run("releases", "greeter").ok()
    assert operator.run("release", "greeter").ok() == "greeter serves version 2.\n"
    assert operator.run("promote").ok() == "No canary runs.\n"
    assert operator.run("prune", "--dry-run").ok() == "greeter: nothing to delete, 2 kept\n"


def test_the_checkout_is_compared_with_what_is_served(operator: Operator) -> None:
    checkout = operator.account.checkout
    assert json.loads(operator.run("status", "--json").ok())["greeter"]["checkout"] == "same"
    checkout.edit("modules/greeter/words.txt", "good evening", "good night")
    checkout.edit("Pulumi.dev.yaml", "triggers: {url: {}}", "timeout: 7")
    status = json.loads(operator.run("status", "--json").ok())["greeter"]
    assert (status["checkout"], status["because"]) == ("changed", ["~ image", "~ settings"])


def test_the_preview_role_may_see_the_status_and_no_logs(operator: Operator) -> None:
    account = operator.account
    role = account.assume("preview", SUBJECTS["preview"])
    role |= {name: account.environ[name] for name in ("AWS_ENDPOINT_URL", "AWS_REGION")}
    status = operator.run_with(role, "status").ok()
    assert "greeter  2        " in status
    assert "you may not see when modules were invoked: " in status
    refused = operator.run_with(role, "logs", "greeter").failed()
    assert "logs:FilterLogEvents" in refused
    assert "docs/operating.md#permissions" in refused
