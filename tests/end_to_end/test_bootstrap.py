"""What `bootstrap/` creates in an account and sets on GitHub, by the commands in docs/github-actions.md."""

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import REGION
from tests.bootstrap import github_api
from tests.end_to_end.account import ACCOUNT, assume
from tests.end_to_end.checkout import PROJECT, Checkout, Ran

pytestmark = pytest.mark.sandbox

BUCKET = "octo-state"
REPOSITORY = "octo@583231/lambda-images@1296269"
BACKEND = f"s3://{BUCKET}?region={REGION}&endpoint=$AWS_ENDPOINT_URL&s3ForcePathStyle=true"
VALUES = {
    "ACCOUNT=123456789012 REGION=eu-central-1": f"ACCOUNT={ACCOUNT} REGION={REGION}",
    "BUCKET=your-state-bucket": f"BUCKET={BUCKET}",
    "REPOSITORY=octo/lambda-images": f"REPOSITORY={REPOSITORY}",
    "PULUMI_BACKEND_URL=s3://$BUCKET": f'PULUMI_BACKEND_URL="{BACKEND}"',
    "pulumi up": "pulumi up --yes --skip-preview",
    "make github REVIEWERS=": f"{sys.executable} -m bootstrap.github --reviewers ",
    "make github\n": f"{sys.executable} -m bootstrap.github\n",
}
"""What differs from the commands in the documentation."""
AGAIN = f'cd bootstrap; export PULUMI_CONFIG_PASSPHRASE= PULUMI_BACKEND_URL="{BACKEND}"\n'
"""The beginning of later commands."""
ROLES = {
    "github-deploy-dev": "environment:dev",
    "github-deploy-prod": "environment:prod",
    "github-preview-dev": "pull_request",
    "github-preview-prod": "ref:refs/heads/main",
}
WRONG_SUBJECTS = [
    f"repo:{REPOSITORY}:environment:staging",
    f"repo:{REPOSITORY}:environment:*",
    f"repo:{REPOSITORY}:ref:refs/heads/feature",
    f"repo:{REPOSITORY}:ref:refs/heads/main-x",
    f"repo:{REPOSITORY}:ref:refs/tags/main",
    f"repo:{REPOSITORY}:pull_request:x",
    f"repo:{REPOSITORY}",
]
"""No role trusts them; nor does it trust another role's."""


def documented(*steps: int) -> str:
    page = (PROJECT / "docs" / "github-actions.md").read_text()
    commands = ""
    for number in steps:
        (step,) = re.findall(rf"^{number}\. .*?```bash[^\n]*\n(.*?)```", page, re.DOTALL | re.MULTILINE)
        commands += textwrap.dedent(step)
    for old, new in VALUES.items():
        assert 2 not in steps or old in commands, old
        commands = commands.replace(old, new)
    return commands


def run(checkout: Checkout, commands: str) -> Ran:
    """In the sandbox's environment, without its own stack."""
    return checkout.sandbox("exec", "--", "bash", "-euc", f"unset PULUMI_STACK; PATH=$PWD:$PATH\n{commands}")


@pytest.fixture(scope="module")
def checkout(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    checkout = Checkout.at(tmp_path_factory.mktemp("bootstrap") / "checkout")
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml", ".pulumi")
    shutil.copytree(PROJECT / "bootstrap", checkout.root / "bootstrap", ignore=ignored)
    try:
        (checkout.root / ".github").mkdir()
        github_api.install(checkout.root)
        run(checkout, documented(1, 2, 3, 4)).ok()
        yield checkout
    finally:
        checkout.remove_sandbox()


def client(checkout: Checkout, service: str, credentials: dict[str, str]) -> Any:
    session = boto3.Session(
        credentials["AWS_ACCESS_KEY_ID"],
        credentials["AWS_SECRET_ACCESS_KEY"],
        credentials["AWS_SESSION_TOKEN"],
        REGION,
    )
    make: Any = session.client  # its many overloads know no service that is a variable
    return make(service, endpoint_url=checkout.aws(service).meta.endpoint_url)


def refused(attempt: Any) -> bool:
    try:
        attempt()
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False


def test_a_second_run_and_a_refresh_find_no_difference(checkout: Checkout) -> None:
    later = "pulumi preview --expect-no-changes\npulumi refresh --yes --skip-preview --expect-no-changes\n"
    run(checkout, AGAIN + later).ok()
    assert not (checkout.root / "bootstrap" / ".pulumi").exists()


def test_the_stacks_have_their_keys_and_boundaries(checkout: Checkout) -> None:
    for stack in ("dev", "prod"):
        written = (checkout.root / f"Pulumi.{stack}.yaml").read_text()
        assert f"secretsprovider: awskms://alias/pulumi-{stack}?" in written
        boundary = f"arn:aws:iam::{ACCOUNT}:policy/lambda-images-{stack}-boundary"
        assert f"lambda-images:permissionsBoundary: {boundary}" in written
        checkout.aws("iam").get_policy(PolicyArn=boundary)


def github(checkout: Checkout) -> dict[str, Any]:
    """The state of the repository."""
    state: dict[str, Any] = json.loads((checkout.root / "github.json").read_text())
    return state


def test_github_is_restricted_before_there_are_roles_and_has_the_variables_of_the_account(checkout: Checkout) -> None:
    state = github(checkout)
    written = [path.removeprefix("repos/octo/lambda-images/") for _, path, _ in state["calls"]]
    first = min(index for index, path in enumerate(written) if path.endswith("/variables"))
    assert {"environments/dev", "environments/prod", "rulesets"} <= {*written[:first]}
    role = f"arn:aws:iam::{ACCOUNT}:role/github"
    assert state["variables"] == {
        "": {
            "AWS_REGION": REGION,
            "PULUMI_BACKEND_URL": f"s3://{BUCKET}",
            "DEV_PREVIEW_ROLE_ARN": f"{role}-preview-dev",
            "PROD_PREVIEW_ROLE_ARN": f"{role}-preview-prod",
        },
        "dev": {"DEPLOY_ROLE_ARN": f"{role}-deploy-dev"},
        "prod": {"DEPLOY_ROLE_ARN": f"{role}-deploy-prod"},
    }


def test_the_check_finds_what_somebody_changed(checkout: Checkout) -> None:
    command = f'export PULUMI_CONFIG_PASSPHRASE= PULUMI_BACKEND_URL="{BACKEND}"\n{sys.executable} -m bootstrap.check\n'
    before = github(checkout)
    (checkout.root / "github.json").write_text(json.dumps(before | {"owners": []}))
    good = run(checkout, command).ok()
    assert good == "The account, the stacks' files and the repository are as they should be.\n"

    iam, s3 = checkout.aws("iam"), checkout.aws("s3")
    trust = iam.get_role(RoleName="github-deploy-prod")["Role"]["AssumeRolePolicyDocument"]
    wider = json.dumps(trust).replace("environment:prod", "environment:dev")
    iam.update_assume_role_policy(RoleName="github-deploy-prod", PolicyDocument=wider)
    iam.attach_role_policy(RoleName="github-preview-dev", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    s3.delete_bucket_policy(Bucket=BUCKET)
    variables = before["variables"] | {"prod": {}}
    (checkout.root / "github.json").write_text(json.dumps(before | {"owners": [], "variables": variables}))
    try:
        bad = run(checkout, command)
        assert bad.code == 1
        assert bad.stdout.splitlines() == [
            "account: prod-deploy (aws:iam/role:Role) is different: assumeRolePolicy",
            "account: state-tls (aws:s3/bucketPolicy:BucketPolicy) is missing",
            "account: role github-preview-dev has the policy ReadOnlyAccess, which bootstrap/ didn't create",
            f"environment prod: variable DEPLOY_ROLE_ARN: none -> arn:aws:iam::{ACCOUNT}:role/github-deploy-prod",
        ]
    finally:
        iam.detach_role_policy(RoleName="github-preview-dev", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        run(checkout, f"{AGAIN}pulumi up --refresh --yes --skip-preview").ok()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_trusts_tokens_with_its_subject_and_no_others(checkout: Checkout, role: str) -> None:
    own = ROLES[role]
    assume(checkout, role, f"repo:{REPOSITORY}:{own}")
    others = [f"repo:{REPOSITORY}:{subject}" for subject in ROLES.values() if subject != own]
    strangers = [f"repo:{name}:{own}" for name in ("octo/lambda-images", "evil@1/lambda-images@1296269", "*")]
    for subject in (*others, *strangers, *WRONG_SUBJECTS):
        assert refused(lambda subject=subject: assume(checkout, role, subject)), subject
    with pytest.raises(ClientError, match="Incorrect token audience"):
        assume(checkout, role, f"repo:{REPOSITORY}:{own}", "https://github.com/octo")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_decrypts_with_the_key_of_its_environment_and_reads_no_other_state(
    checkout: Checkout, role: str
) -> None:
    credentials = assume(checkout, role, f"repo:{REPOSITORY}:{ROLES[role]}")
    kms, s3 = client(checkout, "kms", credentials), client(checkout, "s3", credentials)
    own = role.rpartition("-")[2]
    for stack in ("dev", "prod"):
        alias = f"alias/pulumi-{stack}"
        encrypted = checkout.aws("kms").encrypt(KeyId=alias, Plaintext=b"secret")["CiphertextBlob"]
        assert refused(lambda blob=encrypted: kms.decrypt(CiphertextBlob=blob)) is (stack != own)
        key = f".pulumi/stacks/lambda-images/{stack}.json"
        assert refused(lambda key=key: s3.get_object(Bucket=BUCKET, Key=key)) is (stack != own)
    account = ".pulumi/stacks/lambda-images-bootstrap/account.json"
    assert checkout.aws("s3").head_object(Bucket=BUCKET, Key=account)
    assert refused(lambda: s3.get_object(Bucket=BUCKET, Key=account))


def test_a_wrong_setting_is_explained_without_a_traceback(checkout: Checkout) -> None:
    settings = "sed 's|repository: .*|repository: octo|' Pulumi.account.yaml >wrong.yaml\n"
    wrong = run(checkout, f"{AGAIN}{settings}pulumi preview --config-file wrong.yaml")
    assert "'octo' is not a repository as in the subjects of GitHub's tokens" in wrong.stdout + wrong.stderr
    assert wrong.code != 0 and "Traceback" not in wrong.stdout + wrong.stderr


def test_everything_can_be_destroyed_but_not_by_accident(checkout: Checkout) -> None:
    protected = run(checkout, f"{AGAIN}pulumi destroy --yes --skip-preview")
    assert protected.code != 0 and "protected" in protected.stdout + protected.stderr
    move = (
        "pulumi stack export --file account.json\nexport PULUMI_BACKEND_URL=file://$PWD\npulumi stack init account\n"
        "pulumi stack import --file account.json\npulumi state unprotect --all --yes\n"
    )
    run(checkout, AGAIN + move).ok()
    s3 = checkout.aws("s3")
    found = s3.list_object_versions(Bucket=BUCKET)
    for each in (*found.get("Versions", []), *found.get("DeleteMarkers", [])):
        s3.delete_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])
    local = "cd bootstrap; export PULUMI_CONFIG_PASSPHRASE= PULUMI_BACKEND_URL=file://$PWD\n"
    left = run(checkout, f"{local}pulumi destroy --yes --skip-preview >&2\npulumi stack export").ok()
    assert "resources" not in json.loads(left)["deployment"]
    iam = checkout.aws("iam")
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert iam.list_roles()["Roles"] == []
    assert s3.list_buckets()["Buckets"] == []
