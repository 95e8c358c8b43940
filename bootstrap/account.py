"""All resources of an account, and the values for GitHub."""

from typing import Any

import pulumi
import pulumi_aws as aws

from bootstrap.environment import Environment, EnvironmentArgs
from bootstrap.settings import Settings
from bootstrap.state import StateBucket
from delivery.stages import role_variable

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


def create(settings: Settings) -> dict[str, pulumi.Output[Any]]:
    """Create the resources. Returns the program's outputs, which are the variables that the workflows read.

    An account has one identity provider for an issuer, so others may use it as well: Pulumi refuses to delete it.
    """
    partition, region = aws.get_partition_output(), aws.get_region_output().region
    values = pulumi.Output.all(
        ACCOUNT=aws.get_caller_identity_output().account_id,
        BUCKET=settings.bucket,
        DNS_SUFFIX=partition.dns_suffix,
        PARTITION=partition.partition,
        REGION=region,
        REPOSITORY=settings.repository,
    )
    provider = aws.iam.OpenIdConnectProvider(
        "github", url=ISSUER, client_id_lists=[AUDIENCE], opts=pulumi.ResourceOptions(protect=True)
    )
    bucket = StateBucket("state", values)
    environments = {
        stack: Environment(
            stack,
            EnvironmentArgs(
                stack=stack,
                preview_subject=subject,
                has_build_jobs=stack in settings.build_jobs,
                values=values,
            ),
            pulumi.ResourceOptions(depends_on=[provider]),
        )
        for stack, subject in settings.environments.items()
    }
    return {
        "repositoryVariables": pulumi.Output.all(
            AWS_REGION=region,
            PULUMI_BACKEND_URL=pulumi.Output.concat("s3://", bucket.name),
            **{role_variable(stack, "preview"): made.preview_role_arn for stack, made in environments.items()},
            **{
                role_variable(stack, "build"): made.build_role_arn
                for stack, made in environments.items()
                if made.build_role_arn is not None
            },
        ),
        "environmentVariables": pulumi.Output.all(
            **{stack: pulumi.Output.all(DEPLOY_ROLE_ARN=made.deploy_role_arn) for stack, made in environments.items()}
        ),
    }
