"""What the check finds in files, roles and the output of previews. An end-to-end test checks a real account."""

import json
from pathlib import Path
from typing import Any

import pytest

from bootstrap import check
from delivery.roles import other_policies
from tests.bootstrap.test_github import Checkout, checkout  # noqa: F401  # a fixture

ACCOUNT = "123456789012"
OUTPUTS = {
    "repositoryVariables": {"AWS_REGION": "eu-central-1"},
    "environmentVariables": {"dev": {"DEPLOY_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/github-deploy-dev"}},
}
GOOD = f"""\
secretsprovider: awskms://alias/pulumi-dev?region=eu-central-1&awssdk=v2
config:
  aws:region: eu-central-1
  lambda-images:permissionsBoundary: arn:aws:iam::{ACCOUNT}:policy/lambda-images-dev-boundary
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bootstrap").mkdir(exist_ok=True)
    monkeypatch.setattr(check, "FOLDER", tmp_path / "bootstrap")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("", "", None),
        ("alias/pulumi-dev", "alias/pulumi-prod", "the secrets provider is not the key alias/pulumi-dev"),
        ("secretsprovider", "encryptionsalt", "the secrets provider is not the key alias/pulumi-dev"),
        ("region: eu-central-1", "region: us-east-1", "aws:region: us-east-1 -> eu-central-1"),
        (
            "  lambda-images:permissionsBoundary: ",
            "  lambda-images:other: ",
            f"lambda-images:permissionsBoundary: none -> arn:aws:iam::{ACCOUNT}:policy/lambda-images-dev-boundary",
        ),
    ],
)
def test_a_stack_s_file_is_as_the_setup_writes_it(folder: Path, old: str, new: str, problem: str | None) -> None:
    (folder / "Pulumi.dev.yaml").write_text(GOOD.replace(old, new) if old else GOOD)
    assert list(check.stack_files(["dev"], OUTPUTS)) == ([f"Pulumi.dev.yaml: {problem}"] if problem else [])


def test_a_stack_has_a_file(folder: Path) -> None:
    assert list(check.stack_files(["dev"], OUTPUTS)) == ["Pulumi.dev.yaml is missing"]


def pulumi(folder: Path, output: Any, code: int = 0) -> None:
    (folder / "pulumi").write_text(f"#!/bin/sh\ncat <<'JSON'\n{json.dumps(output)}\nJSON\nexit {code}\n")
    (folder / "pulumi").chmod(0o755)


def step(op: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    state = {"type": kind, "urn": f"urn:pulumi:account::p::{kind}::{name}"}
    return {"op": op, "urn": state["urn"], "oldState": state, "newState": state, **more}


def test_what_bootstrap_would_change_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    steps = [
        step("same", "state-bucket", "aws:s3/bucket:Bucket"),
        step("create", "dev-boundary", "aws:iam/policy:Policy"),
        step("update", "dev-deploy", "aws:iam/role:Role", detailedDiff={"assumeRolePolicy": {"kind": "update"}}),
    ]
    pulumi(folder, {"steps": steps})
    assert list(check.account("account")) == [
        "account: dev-boundary (aws:iam/policy:Policy) is missing",
        "account: dev-deploy (aws:iam/role:Role) is different: assumeRolePolicy",
    ]
    pulumi(folder, {"steps": [], "diagnostics": [{"severity": "error", "message": "error: no bucket\n"}]}, 255)
    assert list(check.account("account")) == ["account: bootstrap/ can't be previewed: no bucket"]


class Iam:
    def list_role_policies(self, RoleName: str) -> dict[str, Any]:
        return {"PolicyNames": ["deploy", "more"] if RoleName == "github-deploy-dev" else ["preview"]}

    def list_attached_role_policies(self, RoleName: str) -> dict[str, Any]:
        attached = [{"PolicyName": "AdministratorAccess"}] if RoleName == "github-preview-dev" else []
        return {"AttachedPolicies": attached}


def test_policies_that_somebody_else_gave_a_role_are_reported() -> None:
    assert list(other_policies(["dev"], lambda service: Iam())) == [
        "account: role github-deploy-dev has the policy more, which bootstrap/ didn't create",
        "account: role github-preview-dev has the policy AdministratorAccess, which bootstrap/ didn't create",
    ]


def report(checkout: Checkout, *arguments: str) -> list[str]:  # noqa: F811
    """The problems that the command prints before it fails."""
    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patched, pytest.raises(SystemExit) as failed:
        patched.setattr("sys.argv", ["check", *arguments])
        patched.setattr(check, "FOLDER", checkout.root / "bootstrap")
        check.main()
    assert failed.value.code == 1
    return checkout.capsys.readouterr().out.splitlines()


def test_everything_that_is_missing_is_reported_at_once(checkout: Checkout) -> None:  # noqa: F811
    problems = report(checkout, "--reviewers", "octo/deployers")
    assert problems[:3] == [
        "account: bootstrap/ has created nothing yet: run `pulumi up` in it",
        "Pulumi.dev.yaml is missing",
        "Pulumi.prod.yaml is missing",
    ]
    assert "environment prod: reviewers: none -> deployers" in problems
    assert problems[-1] == "main has no .github/CODEOWNERS: merge it"
    assert checkout.writes() == 0


def test_what_github_finds_wrong_with_owners_is_reported(checkout: Checkout) -> None:  # noqa: F811
    checkout.run("--reviewers", "octo/deployers")
    checkout.change(
        owners=[{"line": 1, "kind": "Unknown owner", "message": "Unknown owner on line 1: make sure\n\n  x"}]
    )
    assert report(checkout)[-1] == "main: .github/CODEOWNERS: line 1: Unknown owner on line 1: make sure"
    checkout.change(logged_in=False)
    assert report(checkout)[-1] == "`gh` is not logged in: run `gh auth login`"
