"""The IAM policy statements of a function's role."""

from collections.abc import Iterable, Iterator

from components.arn import AwsScope
from components.function.access_permissions import access_statements
from components.naming import log_group_name
from components.policy import Statement
from components.settings.module import FileSystem, ModuleSettings, Policies
from components.settings.triggers import Source

MAX_POLICY_CHARACTERS = 10_240 // 2
"""The size of a function's policy without blanks. A role's inline policies may have 10,240 characters together, and
during an update the role has the previous policy and the next one.

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


def function_statements(
    settings: ModuleSettings, scope: AwsScope, function_name: str, kms_key_arn: str | None = None, *, prefix: str
) -> list[Statement]:
    """All statements but those about the secrets in the environment.

    `kms_key_arn` is the key that the stack's own queues and buckets are encrypted with; None means AWS's own. The names
    of the stack's functions begin with `prefix`.
    """
    statements = [write_logs(scope.log_group_arn(log_group_name(function_name))), write_traces()]
    if settings.vpc is not None:
        statements += use_vpc(scope.function_arn(function_name))
    if settings.file_system is not None:
        statements.append(mount_file_system(settings.file_system))
    if settings.on_failure is not None:
        statements.append(send_failed_events(settings.on_failure.destination))
    statements += custom_statements(settings.policies)
    statements += access_statements(settings.access.values(), scope, prefix, kms_key_arn)
    return [*statements, *read_sources(settings.triggers.sources(scope, function_name), scope, kms_key_arn)]


def write_logs(log_group_arn: str) -> Statement:
    """Without `logs:CreateLogGroup`: the stack creates the group, and late logs must not create a deleted one again."""
    return {
        "Sid": "WriteOwnLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log_group_arn}:*",
    }


def write_traces() -> Statement:
    """X-Ray has no resource types for these actions.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return {
        "Sid": "WriteTraces",
        "Effect": "Allow",
        "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        "Resource": "*",
    }


def use_vpc(function_arn: str) -> Iterator[Statement]:
    """Lambda creates network interfaces with the role's permissions. The function's own code is denied that.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    everywhere = {"Action": _NETWORK, "Resource": "*"}
    yield {"Sid": "ManageNetworkInterfaces", "Effect": "Allow", **everywhere}
    inside = {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}}
    yield {"Sid": "DenyNetworkInterfacesToCode", "Effect": "Deny", **everywhere, "Condition": inside}


def mount_file_system(file_system: FileSystem) -> Statement:
    """Mount a file system by one access point alone, whose ARN doesn't say which file system that is.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem-efs.html
    https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
    """
    access_point = file_system.access_point
    write = [] if file_system.read_only else ["elasticfilesystem:ClientWrite"]
    return {
        "Sid": "MountFileSystem",
        "Effect": "Allow",
        "Action": ["elasticfilesystem:ClientMount", *write],
        "Resource": AwsScope.of(access_point).arn("elasticfilesystem", "file-system/*"),
        "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": access_point}},
    }


def send_failed_events(destination: str) -> Statement:
    """`destination` is the ARN of an SQS queue, SNS topic, function or event bus."""
    service = destination.split(":")[2]
    return {"Sid": "SendFailedEvents", "Effect": "Allow", "Action": _SEND[service], "Resource": destination}


def custom_statements(policies: Policies) -> Iterator[Statement]:
    """The statements in a module's settings, with IAM's keys."""
    for sid, statement in policies.statements.items():
        required = {"Effect": statement.effect, "Action": statement.actions, "Resource": statement.resources}
        yield {"Sid": sid, **required, **({"Condition": statement.condition} if statement.condition else {})}


def read_sources(sources: Iterable[Source], scope: AwsScope, kms_key_arn: str | None) -> Iterator[Statement]:
    """Read what triggers refer to, and decrypt what is encrypted with the stack's key. The resources need not exist."""
    by_sid: dict[str, list[Source]] = {}
    for source in sources:
        by_sid.setdefault(source.sid, []).append(source)
    for sid, alike in by_sid.items():
        resources = [source.arn for source in alike]
        yield {"Sid": sid, "Effect": "Allow", "Action": alike[0].actions, "Resource": resources}
    own = [source for alike in by_sid.values() for source in alike if source.is_own]
    services = sorted({scope.service(source.service) for source in own})
    if kms_key_arn and services:
        through = {"Condition": {"StringEquals": {"kms:ViaService": services}}}
        yield {"Sid": "DecryptSources", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": kms_key_arn, **through}
