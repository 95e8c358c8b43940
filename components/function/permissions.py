"""Statements of IAM policies: what functions may do."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from components.arn import function_arn
from components.settings.module import ModuleSettings, Policies

Statement = Mapping[str, Any]

LARGEST_POLICY = 10_240 // 2
"""Characters of a function's policy, blanks not counted. A role's inline policies may have 10,240 together, and during
an update it has the policy before and the next one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

_NETWORK = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]

_SEND = {
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
}


def policy(statements: Iterable[Statement]) -> Mapping[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def rights_of(settings: ModuleSettings, log_group_arn: str, function_name: str) -> list[Statement]:
    """What a function has to be allowed, as far as its settings say."""
    statements = [write_logs(log_group_arn), write_traces()]
    if settings.vpc is not None:
        statements += join_network(function_arn(log_group_arn, function_name))
    if settings.on_failure is not None:
        statements.append(send_to(settings.on_failure.destination))
    return [*statements, *given(settings.policies)]


def write_logs(log_group_arn: str) -> Statement:
    """No `logs:CreateLogGroup`: the group is the stack's own, and late logs must not bring a deleted one back."""
    return {
        "Sid": "WriteOwnLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log_group_arn.removesuffix(':*')}:*",
    }


def write_traces() -> Statement:
    """X-Ray knows no resources for these.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return {
        "Sid": "WriteTraces",
        "Effect": "Allow",
        "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        "Resource": "*",
    }


def join_network(function_arn: str) -> Iterator[Statement]:
    """Lambda itself makes network interfaces with the role's rights, which the function's own code is denied.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    everywhere = {"Action": _NETWORK, "Resource": "*"}
    yield {"Sid": "JoinNetwork", "Effect": "Allow", **everywhere}
    inside = {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}}
    yield {"Sid": "LeaveNetworkAlone", "Effect": "Deny", **everywhere, "Condition": inside}


def send_to(destination: str) -> Statement:
    """`destination` is the ARN of an SQS queue, SNS topic, function or event bus."""
    service = destination.split(":")[2]
    return {"Sid": "TellOfFailures", "Effect": "Allow", "Action": _SEND[service], "Resource": destination}


def given(policies: Policies) -> Iterator[Statement]:
    """What a module's settings say, in IAM's words."""
    for sid, statement in policies.statements.items():
        said = {"Effect": statement.effect, "Action": statement.actions, "Resource": statement.resources}
        yield {"Sid": sid, **said, **({"Condition": statement.condition} if statement.condition else {})}
