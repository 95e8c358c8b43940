"""What the program registers: its policies are the files filled in, and its roles trust one subject each."""

import json
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from bootstrap.account import AUDIENCE, ISSUER, create
from bootstrap.policies import filled_in
from bootstrap.settings import Settings
from tests.components.mocks import ACCOUNT, REGION, Recording, deploy

POLICIES = Path(__file__).parents[2] / "delivery" / "policies"
PLAIN = "octo/lambda-images"
WITH_IDS = "octo@583231/lambda-images@1296269"
ENVIRONMENTS = {"dev": "pull_request", "prod": "ref:refs/heads/main"}
ROLES = {
    "github-build-dev": "ref:refs/heads/main",
    "github-deploy-dev": "environment:dev",
    "github-deploy-prod": "environment:prod",
    "github-preview-dev": "pull_request",
    "github-preview-prod": "ref:refs/heads/main",
}
"""The end of the subject that each role trusts."""
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
PROTECTED = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:kms/key:Key",
    "aws:s3/bucket:Bucket",
}


class Account(Recording):
    """Mocks in which each key has its own id, and roles have the ARNs that IAM gives them."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ.startswith("lambda-images-bootstrap:"):
            return None, args.inputs
        id, outputs = super().new_resource(args)
        if args.typ == "aws:kms/key:Key":
            outputs["keyId"] = f"id-of-{args.name}"
        if args.typ == "aws:iam/role:Role":
            outputs["arn"] = f"arn:aws:iam::{ACCOUNT}:role/{args.inputs['name']}"
        return id, outputs


def account(repository: str = PLAIN, build_jobs: Sequence[str] = (), **more: str) -> tuple[Any, Account]:
    environments = {**ENVIRONMENTS, **more}
    settings = Settings(bucket="octo-state", repository=repository, environments=environments, build_jobs=build_jobs)
    recording = Account()
    outputs, _ = deploy(lambda: pulumi.Output.all(**create(settings)), recording)
    return outputs, recording


def by_name(recording: Recording, typ: str) -> dict[str, Any]:
    return {one.inputs.get("name", one.name): one.inputs for one in recording.of(typ)}


def expected(name: str, stack: str, repository: str = PLAIN, subject: str = "") -> Any:
    values = {
        "ACCOUNT": ACCOUNT,
        "BUCKET": "octo-state",
        "DNS_SUFFIX": "amazonaws.com",
        "KEY": f"id-of-{stack}-key",
        "PARTITION": "aws",
        "REGION": REGION,
        "REPOSITORY": repository,
        "STACK": stack,
        "STATE": stack,
        "SUBJECT": subject,
    }
    return json.loads(Template((POLICIES / f"{name}.json").read_text()).substitute(values))


@pytest.mark.parametrize("repository", [PLAIN, WITH_IDS])
def test_the_policies_are_the_files_filled_in(repository: str) -> None:
    _, recording = account(repository, ["dev"])
    trust = by_name(recording, "aws:iam/role:Role")
    assert trust.keys() == ROLES.keys()
    for role, subject in ROLES.items():
        stack = role.rpartition("-")[2]
        assert json.loads(trust[role]["assumeRolePolicy"]) == expected("trust", stack, repository, subject)
    inline = {(one.inputs["role"], one.inputs["name"]): one.inputs["policy"] for one in recording.of(ROLE_POLICY)}
    taking = {(role, "promotion") for role in ("github-deploy-prod", "github-preview-prod")}
    assert inline.keys() == {*((role, role.split("-")[1]) for role in ROLES), *taking}
    for (role, policy), document in inline.items():
        assert json.loads(document) == expected(policy, role.rpartition("-")[2])
    boundaries = by_name(recording, "aws:iam/policy:Policy")
    assert {name: json.loads(inputs["policy"]) for name, inputs in boundaries.items()} == {
        f"lambda-images-{stack}-{policy}": expected(policy, stack)
        for stack in ENVIRONMENTS
        for policy in ("boundary", "http-api")
    }
    attached = {one.inputs["role"] for one in recording.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")}
    assert attached == {"github-deploy-dev", "github-deploy-prod"}
    bucket_policy = recording.one("aws:s3/bucketPolicy:BucketPolicy").inputs
    assert json.loads(bucket_policy["policy"]) == expected("state", "dev")


def test_the_roles_of_pull_requests_read_no_image_of_other_stacks() -> None:
    _, recording = account(pr="environment:pr")
    reading = {one.inputs["role"] for one in recording.of(ROLE_POLICY) if one.inputs["name"] == "promotion"}
    assert reading == {"github-deploy-prod", "github-preview-prod"}


def test_the_deploy_role_of_pull_requests_keeps_the_state_of_their_stacks() -> None:
    _, recording = account(pr="environment:pr")
    policies = {
        one.inputs["role"]: json.loads(one.inputs["policy"])
        for one in recording.of(ROLE_POLICY)
        if one.inputs["name"] != "promotion"
    }
    kept = {role: kept_state(policies[role]) for role in ("github-deploy-dev", "github-deploy-pr")}
    state = "arn:aws:s3:::octo-state/.pulumi"
    assert kept["github-deploy-pr"] == [
        f"{state}/backups/lambda-images/pr-*/*",
        f"{state}/history/lambda-images/pr-*/*",
        f"{state}/locks/organization/lambda-images/pr-*/*",
        f"{state}/stacks/lambda-images/pr-*.*",
    ]
    assert kept["github-deploy-dev"] == [resource.replace("pr-*", "dev") for resource in kept["github-deploy-pr"]]
    trust = json.loads(by_name(recording, "aws:iam/role:Role")["github-deploy-pr"]["assumeRolePolicy"])
    assert trust == expected("trust", "pr", subject="environment:pr")


def kept_state(policy: Any) -> list[str]:
    (statement,) = (one for one in policy["Statement"] if one["Sid"] == "KeepState")
    resources: list[str] = statement["Resource"]
    return resources


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="PARTITION"):
        filled_in("state", {"BUCKET": "octo-state"})


def accepts(policy: Any, provider: str, claims: dict[str, str]) -> bool:
    """Whether a trust policy that has only `StringEquals` accepts a token of a provider with these claims."""
    (statement,) = policy["Statement"]
    ((operator, condition),) = statement["Condition"].items()
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRoleWithWebIdentity")
    assert operator == "StringEquals" and statement["Principal"].keys() == {"Federated"}
    host = ISSUER.removeprefix("https://")
    assert condition.keys() == {f"{host}:aud", f"{host}:sub"}
    own = statement["Principal"]["Federated"] == provider
    return own and all(claims.get(key.removeprefix(f"{host}:")) == value for key, value in condition.items())


PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
WRONG_SUBJECTS = [
    "environment:staging",
    "environment:dev-x",
    "environment:DEV",
    "environment:*",
    "environment:",
    "ref:refs/heads/feature",
    "ref:refs/heads/main-x",
    "ref:refs/tags/main",
    "ref:refs/pull/1/merge",
    "pull_request:x",
]


@pytest.mark.parametrize("repository", [PLAIN, WITH_IDS])
@pytest.mark.parametrize("role", ROLES)
def test_a_role_trusts_its_own_subject_and_no_other(role: str, repository: str) -> None:
    _, recording = account(repository, ["dev"])
    policy = json.loads(by_name(recording, "aws:iam/role:Role")[role]["assumeRolePolicy"])

    def trusted(subject: str, name: str = repository, audience: str = AUDIENCE, provider: str = PROVIDER) -> bool:
        return accepts(policy, provider, {"aud": audience, "sub": f"repo:{name}:{subject}"})

    own = ROLES[role]
    assert trusted(own)
    others = {subject for subject in ROLES.values() if subject != own}
    assert not [subject for subject in (*others, *WRONG_SUBJECTS) if trusted(subject)]
    strangers = ["octo/other", "evil/lambda-images", "octo/lambda-images-x", "octo@1/lambda-images@2"]
    strangers.append(PLAIN if repository == WITH_IDS else WITH_IDS)
    assert not [name for name in strangers if trusted(own, name=name)]
    assert not trusted(own, audience="https://github.com/octo")
    assert not trusted(own, provider=PROVIDER.replace("token.actions.githubusercontent.com", "issuer.example"))


def test_the_identity_provider_is_github_s_for_aws() -> None:
    _, recording = account()
    provider = recording.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider").inputs
    assert provider == {"url": "https://token.actions.githubusercontent.com", "clientIdLists": ["sts.amazonaws.com"]}


def test_each_environment_has_a_key_that_is_rotated_and_has_an_alias() -> None:
    _, recording = account()
    keys = recording.of("aws:kms/key:Key")
    assert len(keys) == len(ENVIRONMENTS)
    assert all(key.inputs["enableKeyRotation"] and key.inputs["deletionWindowInDays"] == 30 for key in keys)
    aliases = by_name(recording, "aws:kms/alias:Alias")
    assert {name: inputs["targetKeyId"] for name, inputs in aliases.items()} == {
        f"alias/pulumi-{stack}": f"id-of-{stack}-key" for stack in ENVIRONMENTS
    }


def test_the_bucket_is_private_encrypted_and_versioned_and_old_versions_expire() -> None:
    _, recording = account()
    assert recording.one("aws:s3/bucket:Bucket").inputs == {"bucket": "octo-state"}
    private = recording.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert private == {"bucket": "octo-state", **dict.fromkeys(flags, True)}
    versioning = recording.one("aws:s3/bucketVersioning:BucketVersioning").inputs
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    typ = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    (encryption,) = recording.one(typ).inputs["rules"]
    assert encryption == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    (rule,) = recording.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 365}
    assert "expiration" not in rule


def test_whatever_cannot_be_recovered_is_protected() -> None:
    _, recording = account()
    protected = {typ for (typ, _), request in recording.requests.items() if request.protect}
    assert protected == PROTECTED


def test_the_outputs_are_the_variables_that_the_workflows_read() -> None:
    outputs, _ = account(build_jobs=["dev"], **{"pre-prod": "ref:refs/heads/main"})
    role = f"arn:aws:iam::{ACCOUNT}:role/github"
    assert outputs == {
        "repositoryVariables": {
            "AWS_REGION": REGION,
            "PULUMI_BACKEND_URL": "s3://octo-state",
            "DEV_BUILD_ROLE_ARN": f"{role}-build-dev",
            "DEV_PREVIEW_ROLE_ARN": f"{role}-preview-dev",
            "PROD_PREVIEW_ROLE_ARN": f"{role}-preview-prod",
            "PRE_PROD_PREVIEW_ROLE_ARN": f"{role}-preview-pre-prod",
        },
        "environmentVariables": {
            stack: {"DEPLOY_ROLE_ARN": f"{role}-deploy-{stack}"} for stack in ("dev", "prod", "pre-prod")
        },
    }
