"""Finds resources that exist in AWS already, by the names and other inputs that the program gives them.

AWS refuses to create a resource of these types if it exists. The program's other types need no look-up: AWS replaces a
policy, an alarm, a rule of EventBridge or its target without an error, and creates a second key, so the unused first
one can be deleted.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from delivery.clients import Client

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a value that a preview doesn't know."""

Inputs = Mapping[str, Any]
"""The inputs of a resource, by Pulumi's names."""
Tags = Mapping[str, str]

_NOT_THERE = {
    "404",
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchBucket",
    "NoSuchEntity",
    "NotFoundException",
    "ParameterNotFound",
    "QueueDoesNotExist",
    "RepositoryNotFoundException",
    "ResourceNotFoundException",
}


@dataclass(frozen=True)
class Existing:
    id: str
    """The id that `pulumi import` takes."""
    tags: Tags | None = None
    """None for types that are not created with tags: parts of a function, and resources identified by their name."""
    restore: Callable[[], object] | None = None
    """Restores the resource if AWS has scheduled its deletion."""


def look_up(kind: str, inputs: Inputs, client: Client) -> Existing | None:
    """Return the resource with this type and these inputs, if AWS has it. None also for types without a look-up."""
    from botocore.exceptions import ClientError  # here, because few recoveries need it, and it takes 0.3 s to load

    needs, find = LOOKUPS.get(kind, ((), None))
    if find is None or any(inputs.get(name, UNKNOWN) == UNKNOWN for name in needs):
        return None
    try:
        return find(inputs, client)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _NOT_THERE:
            return None
        raise


def _log_group(inputs: Inputs, client: Client) -> Existing | None:
    logs, name = client("logs"), inputs["name"]
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arns = [group["arn"].removesuffix(":*") for group in found if group["logGroupName"] == name]
    return Existing(name, logs.list_tags_for_resource(resourceArn=arns[0])["tags"]) if arns else None


def _repository(inputs: Inputs, client: Client) -> Existing:
    ecr, name = client("ecr"), inputs["name"]
    (found,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    return Existing(name, _tags(ecr.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"]))


def _role(inputs: Inputs, client: Client) -> Existing:
    found = client("iam").get_role(RoleName=inputs["name"])["Role"]
    return Existing(inputs["name"], _tags(found.get("Tags", [])))


def _key_alias(inputs: Inputs, client: Client) -> Existing:
    client("kms").describe_key(KeyId=inputs["name"])
    return Existing(inputs["name"])


def _function(inputs: Inputs, client: Client) -> Existing:
    found = client("lambda").get_function(FunctionName=inputs["name"])
    return Existing(inputs["name"], found.get("Tags", {}))


def _alias(inputs: Inputs, client: Client) -> Existing:
    client("lambda").get_alias(FunctionName=inputs["functionName"], Name=inputs["name"])
    return Existing(f"{inputs['functionName']}/{inputs['name']}")


def _function_url(inputs: Inputs, client: Client) -> Existing:
    client("lambda").get_function_url_config(FunctionName=inputs["functionName"], Qualifier=inputs["qualifier"])
    return Existing(f"{inputs['functionName']}/{inputs['qualifier']}")


def _permission(inputs: Inputs, client: Client) -> Existing | None:
    function, qualifier, statement = inputs["function"], inputs["qualifier"], inputs["statementId"]
    policy = json.loads(client("lambda").get_policy(FunctionName=function, Qualifier=qualifier)["Policy"])
    there = any(each.get("Sid") == statement for each in policy["Statement"])
    return Existing(f"{function}:{qualifier}/{statement}") if there else None


def _mapping(inputs: Inputs, client: Client) -> Existing | None:
    filters = {"FunctionName": inputs["functionName"], "EventSourceArn": inputs["eventSourceArn"]}
    found = client("lambda").list_event_source_mappings(**filters)["EventSourceMappings"]
    return Existing(found[0]["UUID"]) if found else None


def _bucket(inputs: Inputs, client: Client) -> Existing:
    client("s3").head_bucket(Bucket=inputs["bucket"])
    return Existing(inputs["bucket"])


def _schedule(inputs: Inputs, client: Client) -> Existing:
    client("scheduler").get_schedule(Name=inputs["name"])
    return Existing(f"default/{inputs['name']}")


def _parameter(inputs: Inputs, client: Client) -> Existing:
    ssm, name = client("ssm"), inputs["name"]
    ssm.get_parameter(Name=name)  # encrypted
    return Existing(name, _tags(ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]))


def _secret(inputs: Inputs, client: Client) -> Existing:
    secrets = client("secretsmanager")
    found = secrets.describe_secret(SecretId=inputs["name"])
    restore = (lambda: secrets.restore_secret(SecretId=found["ARN"])) if "DeletedDate" in found else None
    return Existing(found["ARN"], _tags(found.get("Tags", [])), restore)


def _queue(inputs: Inputs, client: Client) -> Existing:
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=inputs["name"])["QueueUrl"]
    return Existing(url, sqs.list_queue_tags(QueueUrl=url).get("Tags", {}))


def _table(inputs: Inputs, client: Client) -> Existing:
    dynamodb, name = client("dynamodb"), inputs["name"]
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    return Existing(name, _tags(dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]))


def _tags(listed: list[Mapping[str, str]]) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in listed}


LOOKUPS: Mapping[str, tuple[tuple[str, ...], Callable[[Inputs, Client], Existing | None] | None]] = {
    "aws:cloudwatch/logGroup:LogGroup": (("name",), _log_group),
    "aws:dynamodb/table:Table": (("name",), _table),
    "aws:ecr/repository:Repository": (("name",), _repository),
    "aws:iam/role:Role": (("name",), _role),
    "aws:kms/alias:Alias": (("name",), _key_alias),
    "aws:lambda/alias:Alias": (("functionName", "name"), _alias),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (("functionName", "eventSourceArn"), _mapping),
    "aws:lambda/function:Function": (("name",), _function),
    "aws:lambda/functionUrl:FunctionUrl": (("functionName", "qualifier"), _function_url),
    "aws:lambda/permission:Permission": (("function", "qualifier", "statementId"), _permission),
    "aws:s3/bucket:Bucket": (("bucket",), _bucket),
    "aws:scheduler/schedule:Schedule": (("name",), _schedule),
    "aws:secretsmanager/secret:Secret": (("name",), _secret),
    "aws:sqs/queue:Queue": (("name",), _queue),
    "aws:ssm/parameter:Parameter": (("name",), _parameter),
}
"""The inputs that identify a resource, and the function that finds it, by type."""
