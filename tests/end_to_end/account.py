"""An account as a pipeline finds it: GitHub as identity provider, a bucket, a key, the roles; all in the emulator."""

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import boto3

from bootstrap.policies import filled_in
from bootstrap.settings import state_of
from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import Checkout, Ran

ISSUER = "token.actions.githubusercontent.com"
REPOSITORY = "octo@1/lambda-images@2"
SUBJECTS = {"deploy": "environment:dev", "preview": "pull_request"}
"""Of the tokens that the roles trust, by role."""
ACCOUNT = "000000000000"
BUCKET = "lambda-images-state"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/lambda-images-dev-boundary"
CHECKED_OTHERWISE = {
    "cloudwatch:DeleteAlarms": "*",
    "cloudwatch:DeleteDashboards": "*",
    "cloudwatch:DescribeAlarms": "*",
    "cloudwatch:GetDashboard": "*",
    "cloudwatch:ListTagsForResource": "*",
    "cloudwatch:PutDashboard": "*",
    "ecr:DescribeRepositories": "*",
    "ecr:ListTagsForResource": "*",
    "iam:CreateRole": f"arn:aws:iam::{ACCOUNT}:role/lambda-images-dev-*",
    "iam:PutRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/lambda-images-dev-*",
    "lambda:CreateEventSourceMapping": "*",
    "lambda:CreateFunction": "*",
    "lambda:ListAliases": "*",
    "lambda:ListEventSourceMappings": "*",
    "sns:ListTagsForResource": "*",
}
"""Granted to the deploy role beside its policy, because the emulator checks these calls in another way than AWS; those
that read also to the preview role.

It takes reading, changing and deleting an alias for ListAliases, and the same of a queue's mapping for
ListEventSourceMappings. It doesn't see which repository, function, alarm, dashboard or topic the other calls are about,
and knows neither of two conditions: the boundary, for making a role and its policies, and the function of a mapping.
"""


UNKNOWN_CONDITIONS = {"aws:ResourceTag/lambda-images:stack", "kms:ResourceAliases", "kms:ViaService"}
"""The emulator doesn't know what these are about, so it would refuse what they allow."""


@dataclass(frozen=True)
class Account:
    checkout: Checkout
    engine: DockerEngine
    environ: dict[str, str]
    """Of a `pulumi` command, with the credentials of the account's root."""
    stack: str = "dev"

    @classmethod
    def of(cls, checkout: Checkout, engine: DockerEngine, stack: str = "dev") -> "Account":
        """The account of a checkout's emulator, with the roles of a stack, which is empty."""
        environ = dict(checkout.sandbox_environment)
        region, key = environ["AWS_REGION"], checkout.aws("kms").create_key()["KeyMetadata"]["KeyId"]
        checkout.aws("s3").create_bucket(Bucket=BUCKET)
        values = {"ACCOUNT": ACCOUNT, "BUCKET": BUCKET, "KEY": key, "REGION": region}
        values |= {"DNS_SUFFIX": "amazonaws.com", "PARTITION": "aws"}
        make_roles(checkout.aws("iam"), {**values, "REPOSITORY": REPOSITORY, "STACK": stack, "STATE": state_of(stack)})
        del environ["PULUMI_STACK"], environ["PULUMI_CONFIG_PASSPHRASE"]
        endpoint = f"endpoint={environ['AWS_ENDPOINT_URL']}&s3ForcePathStyle=true"
        environ["PULUMI_BACKEND_URL"] = f"s3://{BUCKET}?region={region}&{endpoint}"
        account = cls(checkout, engine, environ, stack)
        account._run(
            environ,
            "pulumi",
            "--non-interactive",
            "stack",
            "init",
            stack,
            f"--secrets-provider=awskms://{key}?region={region}&awssdk=v2",
        ).ok()
        return account

    def assume(self, role: str, subject: str) -> dict[str, str]:
        """The credentials of a job whose token has this subject. Raises ClientError if the role doesn't trust it."""
        return assume(self.checkout, role, f"repo:{REPOSITORY}:{subject}")

    def keep_secret(self, path: str, value: str) -> None:
        """In the stack's settings, as its owner does it."""
        self._run(
            self.environ, "pulumi", "config", "set", "--stack", self.stack, "--secret", "--path", path, value
        ).ok()

    def client(self, service: str, credentials: dict[str, str]) -> Any:
        session = boto3.Session(
            credentials["AWS_ACCESS_KEY_ID"],
            credentials["AWS_SECRET_ACCESS_KEY"],
            credentials["AWS_SESSION_TOKEN"],
            self.environ["AWS_REGION"],
        )
        make: Any = session.client  # its many overloads know no service that is a variable
        return make(service, endpoint_url=self.environ["AWS_ENDPOINT_URL"])

    def pulumi(self, credentials: dict[str, str], *arguments: str) -> Ran:
        """On the stack; the plugins have the same credentials."""
        return self.run(credentials, "pulumi", "--non-interactive", *arguments)

    def recover(self, credentials: dict[str, str]) -> Ran:
        return self.run(credentials, sys.executable, "-m", "delivery.recover", "--stack", self.stack)

    def delivery(self, credentials: dict[str, str], command: str, *arguments: str) -> Ran:
        """A command of `delivery/` that needs no plugins."""
        environ = {**self.environ, **credentials}
        return self._run(environ, sys.executable, "-m", f"delivery.{command}", "--stack", self.stack, *arguments)

    def run(self, credentials: dict[str, str], *command: str) -> Ran:
        """A command that may run `pulumi`; the plugins have the same credentials."""
        environ = {**self.environ, **credentials, **self.engine.environment(), "PULUMI_STACK": self.stack}
        with self.checkout.plugins(environ) as served:
            return self._run(served, *command)

    def _run(self, environ: dict[str, str], *command: str) -> Ran:
        root = self.checkout.root
        done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, timeout=600)
        return Ran(done.returncode, done.stdout, done.stderr)


def assume(checkout: Checkout, role: str, subject: str, audience: str = "sts.amazonaws.com") -> dict[str, str]:
    """The credentials of a role for a token of GitHub's. Raises ClientError if the role doesn't trust it."""
    claims = {"iss": f"https://{ISSUER}", "aud": audience, "sub": subject}
    parts: tuple[dict[str, str], ...] = ({"alg": "none"}, claims, {})  # the emulator checks no signature
    sts = checkout.aws("sts")  # it signs nothing here by itself, and the emulator answers no unsigned call
    sts.meta.events.register_first("choose-signer.sts.AssumeRoleWithWebIdentity", lambda **_: "v4")
    given = sts.assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}",
        RoleSessionName="GitHubActions",
        WebIdentityToken=".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts),
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def make_roles(iam: Any, values: dict[str, str]) -> None:
    """The identity provider, the boundary and the two roles, from their files, filled in as `bootstrap/` does it."""
    iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"])
    stack = values["STACK"]
    iam.create_policy(PolicyName=f"lambda-images-{stack}-boundary", PolicyDocument=filled_in("boundary", values))
    for role, subject in {**SUBJECTS, "deploy": f"environment:{stack}"}.items():
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=filled_in("trust", {**values, "SUBJECT": subject}))
        iam.put_role_policy(RoleName=role, PolicyName=role, PolicyDocument=_known(role, values))
        if role == "deploy":
            name = f"lambda-images-{stack}-http-api"
            made = iam.create_policy(PolicyName=name, PolicyDocument=_known("http-api", values))
            iam.attach_role_policy(RoleName=role, PolicyArn=made["Policy"]["Arn"])
        more = [
            {"Effect": "Allow", "Action": action, "Resource": resource.replace("-dev-", f"-{stack}-")}
            for action, resource in CHECKED_OTHERWISE.items()
            if role == "deploy" or action.partition(":")[2].startswith(("Describe", "Get", "List"))
        ]
        added = json.dumps({"Version": "2012-10-17", "Statement": more})
        iam.put_role_policy(RoleName=role, PolicyName="emulator", PolicyDocument=added)


def _known(policy: str, values: dict[str, str]) -> str:
    """A policy without the conditions that the emulator doesn't know."""
    document = json.loads(filled_in(policy, values))
    for statement in document["Statement"]:
        if UNKNOWN_CONDITIONS & {key for test in statement.get("Condition", {}).values() for key in test}:
            del statement["Condition"]
    return json.dumps(document)
