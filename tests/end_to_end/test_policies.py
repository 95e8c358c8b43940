"""A pipeline's two roles: the policies in delivery/policies are enough for its work, and not for more."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from delivery.exclude import Excluded
from delivery.report.reading import read_preview
from sandbox.docker.engine import DockerEngine
from sandbox.emulator.ministack.allowed_calls import VARIABLE
from tests.delivery.actions import expanded
from tests.end_to_end.account import BOUNDARY, BUCKET, Account
from tests.end_to_end.baseline import Baseline
from tests.end_to_end.checkout import PROJECT, Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox

Credentials = dict[str, str]
STATE = ".pulumi/stacks/lambda-images"
LOCK = ".pulumi/locks/organization/lambda-images/dev/dead.json"
KEY = "urn:pulumi:dev::lambda-images::**:EncryptionKey**"
"""Of the stack's key and its alias, which the pipeline may use, but neither make nor delete."""
FIRST: Credentials = {"EXCLUDED_MODULES": "adder listener signer"}
"""Of an update by the account's root, so without others, that makes no module."""


@pytest.fixture(scope="module")
def allowed_calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file with each principal's actions that its policies have allowed."""
    file = tmp_path_factory.mktemp("calls") / "allowed"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(VARIABLE, str(file))
        yield file


@pytest.fixture(scope="module")
def account(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory, allowed_calls: Path) -> Iterator[Account]:
    """An account whose stack `dev` has its key, and no modules yet."""
    checkout = Checkout.at(tmp_path_factory.mktemp("account") / "checkout")
    for folder in (TINY / "adder", TINY / "listener", PROJECT / "examples" / "signer"):
        checkout.add(folder.name, folder)
    checkout.edit("modules/listener/module.yaml", "triggers:\n", "triggers:\n  routes: {GET /: {auth: users}}\n")
    local = (checkout.root / "Pulumi.local.yaml").read_text()
    settings = local.partition("encryptionsalt")[0] + f"  lambda-images:permissionsBoundary: {BOUNDARY}\n"
    # The boundary lets functions read the secrets of their own stack, so there has to be a value for each. With a key
    # of the stack's own, all are in Secrets Manager.
    settings += "  lambda-images:encryption: customer\n"
    users = "{issuer: 'https://issuer.example', audience: [a]}"
    settings += f"  lambda-images:httpApi: {{authorizers: {{users: {users}}}}}\n"
    stored = "SIGNING_KEY: {store: secretsManager}, SHARED_SALT: {store: secretsManager, existing: null}"
    settings += f"  lambda-images:modules: {{adder: {{recursiveLoop: allow}}, signer: {{secrets: {{{stored}}}}}}}\n"
    handler = checkout.root / "modules" / "signer" / "handler.py"
    handler.write_text(handler.read_text().replace("parameter(os", "secret(os"))
    (checkout.root / "Pulumi.dev.yaml").write_text(settings)
    try:
        account = Account.of(checkout, docker)
        for variable in ("SIGNING_KEY", "PEPPER", "SHARED_SALT"):
            account.keep_secret(f"secrets.signer.{variable}", "v")
        account.pulumi(FIRST, "up", "--yes", "--skip-preview", f"--target={KEY}").ok()
        yield account
    finally:
        checkout.remove_sandbox()


@pytest.fixture(scope="module")
def baseline(account: Account) -> Baseline:
    def ship(_: Checkout) -> None:
        deploy = account.assume("deploy", "environment:dev")
        account.pulumi(deploy, "up", "--yes", "--skip-preview").ok()

    def state(_: Checkout) -> dict[str, Any]:
        exported = json.loads(account.pulumi({}, "stack", "export").ok())
        deployment: dict[str, Any] = exported["deployment"]
        return deployment

    return Baseline(account.checkout, ship, state)


@pytest.fixture
def deployed(baseline: Baseline, account: Account) -> Account:
    """The account, after the deploy role has shipped the checkout's modules."""
    baseline.restore()
    return account


@pytest.fixture
def deploy(deployed: Account) -> Credentials:
    """Made for each test, because `restore` starts the emulator again, which then knows no session of before."""
    return deployed.assume("deploy", "environment:dev")


@pytest.fixture
def preview(deployed: Account) -> Credentials:
    return deployed.assume("preview", "pull_request")


def test_the_deploy_role_may_ship_and_then_finds_nothing_to_do(deployed: Account, deploy: Credentials) -> None:
    deployed.pulumi(deploy, "preview", "--expect-no-changes").ok()


def test_the_deploy_role_may_delete_unused_versions_and_check_the_stack(deployed: Account, deploy: Credentials) -> None:
    assert "adder: nothing to delete" in deployed.delivery(deploy, "prune").ok()
    assert "dev is healthy" in deployed.delivery(deploy, "health").ok()


def test_the_deploy_role_may_recover_what_was_made_without_the_state_knowing(
    deployed: Account, deploy: Credentials
) -> None:
    resources = json.loads(deployed.pulumi(deploy, "stack", "export").ok())["deployment"]["resources"]
    (url,) = (resource["urn"] for resource in resources if resource["urn"].endswith("FunctionUrl::listener-url"))
    deployed.pulumi(deploy, "state", "delete", url, "--yes").ok()
    assert deployed.pulumi(deploy, "up", "--yes", "--skip-preview").code != 0

    assert "listener-url: already exists and was imported" in deployed.recover(deploy).ok()
    deployed.pulumi(deploy, "up", "--yes", "--skip-preview").ok()
    deployed.pulumi(deploy, "preview", "--expect-no-changes").ok()


def test_the_preview_role_may_preview_a_change(deployed: Account, preview: Credentials) -> None:
    deployed.checkout.edit("modules/adder/app.py", '"sum": sum', '"total": sum')
    shown = deployed.pulumi(preview, "preview", "--diff").ok()
    assert "docker:index/image:Image: (update)" in shown
    assert "permissions boundary" not in shown


def test_a_preview_warns_of_permissions_that_the_boundary_denies(deployed: Account, preview: Credentials) -> None:
    statement = "{actions: ['s3:PutObject'], resources: ['arn:aws:s3:::photos/*']}"
    settings = deployed.checkout.root / "modules" / "adder" / "module.yaml"
    settings.write_text(f"policies: {{statements: {{Store: {statement}}}}}\n")
    shown = deployed.pulumi(preview, "preview", "--json", "--show-sames").ok()
    assert read_preview("dev", shown).denied == {"adder": ["s3:PutObject on arn:aws:s3:::photos/*"]}


def test_the_preview_role_may_not_update(deployed: Account, preview: Credentials) -> None:
    deployed.checkout.edit("modules/adder/app.py", '"sum": sum', '"total": sum')
    refused = deployed.pulumi(preview, "up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "not authorized to perform: s3:PutObject" in refused.stderr


def test_the_preview_role_may_find_what_was_changed_in_aws(deployed: Account, preview: Credentials) -> None:
    check = (sys.executable, "-m", "delivery.drift", "--stack", "dev")
    assert deployed.run(preview, *check).ok() == ""
    group = "/aws/lambda/lambda-images-dev-adder"
    deployed.checkout.aws("logs").put_retention_policy(logGroupName=group, retentionInDays=7)
    assert (
        "! adder-logs (aws:cloudwatch/logGroup:LogGroup)\n!     retentionInDays: 7 -> 1"
        in deployed.run(preview, *check).ok()
    )


def test_the_preview_role_of_one_stack_reads_no_other(account: Account, preview: Credentials) -> None:
    refuse(lambda: account.client("s3", preview).get_object(Bucket=BUCKET, Key=f"{STATE}/prod.json"))
    refuse(lambda: account.client("lambda", preview).get_function(FunctionName="lambda-images-prod-adder"))


def test_the_deploy_role_may_release_the_lock_of_a_dead_run(deployed: Account, deploy: Credentials) -> None:
    holder = {"pid": 1, "username": "runner", "hostname": "gone", "timestamp": "2026-01-01T00:00:00Z"}
    deployed.client("s3", deploy).put_object(Bucket=BUCKET, Key=LOCK, Body=json.dumps(holder).encode())
    locked = deployed.pulumi(deploy, "up", "--yes", "--skip-preview")
    assert "the stack is currently locked by 1 lock(s)" in locked.stderr
    deployed.pulumi(deploy, "cancel", "--yes", "--stack", "dev").ok()
    assert "Contents" not in deployed.checkout.aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=LOCK)


def test_who_may_decrypt_with_the_key_of_the_state_may_change_a_secret(deployed: Account, deploy: Credentials) -> None:
    path = ("--secret", "--path", "secrets.signer.PEPPER")
    deployed.pulumi(deploy, "config", "set", *path, "changed").ok()
    read = deployed.pulumi(deploy, "config", "get", "--path", "secrets.signer.PEPPER")
    assert read.ok() == "changed\n"


def test_a_module_that_is_excluded_is_left_as_it_is_and_others_are_shipped(
    deployed: Account, deploy: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(deployed.checkout.root)
    deployed.checkout.add("fresh", TINY / "greeter")
    excluded = Excluded.of(["adder", "fresh"], "dev")
    before = json.loads(deployed.pulumi(deploy, "stack", "output", "--json").ok())
    deployed.checkout.edit("modules/signer/handler.py", "Signs messages", "Signs any message")
    deployed.checkout.edit("modules/adder/app.py", "def ", "raise SystemError\n\n\ndef ")
    options = ("--continue-on-error", "--exclude-dependents", *(f"--exclude={urn}" for urn in excluded.urns))
    names = {"EXCLUDED_MODULES": " ".join(excluded.modules)}
    deployed.pulumi(deploy | names, "up", "--yes", "--skip-preview", *options).ok()
    after = json.loads(deployed.pulumi(deploy, "stack", "output", "--json").ok())
    assert "fresh" not in after
    assert after["adder"] == before["adder"]
    assert after["signer"]["digest"] != before["signer"]["digest"]


def test_the_deploy_role_may_ship_a_canary_refresh_and_choose_what_is_served(
    deployed: Account, deploy: Credentials
) -> None:
    settings = deployed.checkout.root / "modules" / "adder" / "module.yaml"
    settings.write_text("release: {canary: {percent: 10, minutes: 15}}\n")
    deployed.checkout.edit("modules/adder/app.py", '"sum": sum', '"total": sum')
    deployed.pulumi(deploy, "up", "--yes", "--skip-preview").ok()
    deployed.pulumi(deploy, "refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()
    assert "adder: this share ends in 15 minutes" in deployed.delivery(deploy, "promote").ok()
    assert "adder is held at" in deployed.delivery(deploy, "rollback", "adder").ok()
    assert "adder serves version" in deployed.delivery(deploy, "release", "adder").ok()
    assert "100%" in deployed.delivery(deploy, "releases").ok()


def test_the_deploy_role_of_one_stack_has_no_say_in_another(account: Account, deploy: Credentials) -> None:
    other = {"FunctionName": "lambda-images-prod-adder"}
    key = {"Bucket": BUCKET, "Key": f"{STATE}/prod.json"}
    refuse(lambda: account.client("lambda", deploy).get_function(**other))
    refuse(lambda: account.client("lambda", deploy).update_function_code(**other, ImageUri="image"))
    refuse(lambda: account.client("iam", deploy).delete_role(RoleName="lambda-images-prod-adder"))
    refuse(lambda: account.client("s3", deploy).get_object(**key))
    refuse(lambda: account.client("s3", deploy).put_object(**key, Body=b"{}"))


def test_the_deploy_role_may_not_change_itself(account: Account, deploy: Credentials) -> None:
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    iam = account.client("iam", deploy)
    refuse(lambda: iam.put_role_policy(RoleName="deploy", PolicyName="more", PolicyDocument=document))
    refuse(lambda: iam.create_role(RoleName="more", AssumeRolePolicyDocument=document))


def test_the_roles_that_it_makes_are_bounded(deployed: Account) -> None:
    role = deployed.checkout.aws("iam").get_role(RoleName="lambda-images-dev-adder")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY


def test_the_deploy_role_may_destroy_what_it_made(deployed: Account, deploy: Credentials) -> None:
    deployed.pulumi(deploy, "destroy", "--yes", "--skip-preview", f"--exclude={KEY}").ok()


@pytest.mark.local_plugins
def test_each_action_that_the_deploy_role_may_use_is_used_or_has_a_reason(allowed_calls: Path) -> None:
    """By the tests before this one. The official plugins make more calls."""
    calls = (line.split() for line in allowed_calls.read_text().splitlines())
    used = {action for principal, action in calls if ":assumed-role/deploy/" in principal}
    policies = [PROJECT / "delivery" / "policies" / f"{name}.json" for name in ("deploy", "http-api")]
    statements = [each for policy in policies for each in json.loads(policy.read_text())["Statement"]]
    allowed = {action for each in statements for pattern in _listed(each["Action"]) for action in expanded(pattern)}
    assert allowed - used == _unused_with_a_reason()


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


def _unused_with_a_reason() -> set[str]:
    page = (PROJECT / "docs" / "github-actions.md").read_text()
    section = page.partition("### What the tests of the deploy role don't use\n")[2].partition("\n## ")[0]
    rows = [line.rsplit(" | ", 1)[1] for line in section.splitlines() if line.startswith("| ")]
    patterns = {pattern for row in rows for pattern in re.findall(r"`(\w+:[\w*]+)`", row)}
    return {action for pattern in patterns for action in expanded(pattern)}


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        ("deploy", "pull_request"),
        ("deploy", "environment:prod"),
        ("deploy", "ref:refs/heads/main"),
        ("preview", "environment:dev"),
        ("preview", "ref:refs/heads/main"),
    ],
)
def test_a_role_trusts_one_kind_of_job_alone(account: Account, role: str, subject: str) -> None:
    refuse(lambda: account.assume(role, subject))


def refuse(call: Callable[[], object]) -> None:
    """The call must be refused for want of a right, and for nothing else."""
    with pytest.raises(ClientError) as refused:
        call()
    assert refused.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
