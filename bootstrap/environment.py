"""What one environment, which is a stack of the pipeline, needs in the account."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.policies import filled_in
from bootstrap.settings import state_of, takes_images


@dataclass(frozen=True, kw_only=True)
class EnvironmentArgs:
    stack: str
    preview_subject: str
    """The end of the subject of the tokens that the preview role trusts."""
    has_build_jobs: bool
    """Whether jobs build the stack's images, and so need a role."""
    values: pulumi.Input[Mapping[str, str]]
    """Of the placeholders in the policies that all environments share."""


class Environment(pulumi.ComponentResource):
    """A key for the secrets in the stack's state, the boundary of the functions' roles, and the pipeline's roles.

    Pulumi refuses to delete the key, because the secrets would be lost with it.
    """

    deploy_role_arn: pulumi.Output[str]
    preview_role_arn: pulumi.Output[str]
    build_role_arn: pulumi.Output[str] | None = None

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images-bootstrap:index:Environment", name, None, opts)
        stack, child = args.stack, pulumi.ResourceOptions(parent=self)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Secrets in Pulumi's state of {stack}",
            deletion_window_in_days=30,
            enable_key_rotation=True,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        aws.kms.Alias(f"{name}-alias", name=f"alias/pulumi-{stack}", target_key_id=key.key_id, opts=child)
        values = pulumi.Output.all(args.values, key.key_id).apply(
            lambda known: {**known[0], "KEY": known[1], "STACK": stack, "STATE": state_of(stack)}
        )
        aws.iam.Policy(
            f"{name}-boundary",
            name=f"lambda-images-{stack}-boundary",
            policy=values.apply(lambda values: filled_in("boundary", values)),
            opts=child,
        )

        deploy = self._role(name, "deploy", stack, f"environment:{stack}", values)
        preview = self._role(name, "preview", stack, args.preview_subject, values)
        if takes_images(stack, args.preview_subject):
            self._policy(name, "deploy", "promotion", deploy, values)
            self._policy(name, "preview", "promotion", preview, values)
        self._attached_policy(name, "http-api", stack, deploy, values)
        self.deploy_role_arn, self.preview_role_arn = deploy.arn, preview.arn
        outputs = {"deployRoleArn": self.deploy_role_arn, "previewRoleArn": self.preview_role_arn}
        if args.has_build_jobs:
            # Jobs on `main` without an environment, so that a stack with reviewers needs no approval for each build.
            self.build_role_arn = self._role(name, "build", stack, "ref:refs/heads/main", values).arn
            outputs["buildRoleArn"] = self.build_role_arn
        self.register_outputs(outputs)

    def _role(
        self, name: str, job: str, stack: str, subject: str, values: pulumi.Output[dict[str, str]]
    ) -> aws.iam.Role:
        """Create a role whose policy is called `deploy`, `preview` or `build`, like the job and the policy's file."""
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-{job}",
            name=f"github-{job}-{stack}",
            assume_role_policy=values.apply(lambda values: filled_in("trust", {**values, "SUBJECT": subject})),
            opts=child,
        )
        self._policy(name, job, job, role, values)
        return role

    def _policy(
        self, name: str, job: str, policy: str, role: aws.iam.Role, values: pulumi.Output[dict[str, str]]
    ) -> None:
        suffix = "policy" if policy == job else policy
        aws.iam.RolePolicy(
            f"{name}-{job}-{suffix}",
            name=policy,
            role=role.name,
            policy=values.apply(lambda values: filled_in(policy, values)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _attached_policy(
        self, name: str, policy: str, stack: str, role: aws.iam.Role, values: pulumi.Output[dict[str, str]]
    ) -> None:
        """Give a role a policy that doesn't fit into the 10,240 characters of its inline policies."""
        child = pulumi.ResourceOptions(parent=self)
        managed = aws.iam.Policy(
            f"{name}-{policy}",
            name=f"lambda-images-{stack}-{policy}",
            policy=values.apply(lambda values: filled_in(policy, values)),
            opts=child,
        )
        aws.iam.RolePolicyAttachment(f"{name}-{policy}-attachment", role=role.name, policy_arn=managed.arn, opts=child)
