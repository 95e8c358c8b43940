"""The module `keeper` in its revisions: each differs from the one before in its code and in all that can be set."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.end_to_end.conftest import TINY

Aws = Callable[[str], Any]
"""Gives the client of a service."""

NAME = "keeper"
NEIGHBOUR = "adder"
"""The checkout's other module, which stays as it is."""
REGION = "us-east-1"
ACCOUNT = "000000000000"
FAILURES = "failures"
"""A queue of others, that is told of events which failed."""
RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90)


def settings(revision: int) -> dict[str, Any]:
    """Its `module.yaml`."""
    return {
        "description": "Uses every right that it has",
        "memorySize": 256 + revision,
        "timeout": 20,
        "environment": {"REVISION": str(revision)},
        "secrets": {"KEY": {}, "PEPPER": {"store": "secretsManager"}},
        "reservedConcurrency": reserved(revision),
        "provisionedConcurrency": 1 + revision % 2,
        "logRetention": retention(revision),
        "tags": {"kept": "yes"},
        "policies": {
            "statements": {"ReadShared": {"actions": ["ssm:GetParameter"], "resources": [shared_arn(revision)]}}
        },
        "onFailure": {
            "destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{FAILURES}",
            "maximumAge": 60 + revision,
        },
        "triggers": {
            "url": {},
            "schedules": {"yearly": {"expression": f"rate({400 + revision} days)", "event": {"revision": revision}}},
            "queues": {"orders": {"batchSize": batch_size(revision), "visibilityTimeout": 60 + revision}},
            "buckets": {"uploads": {"prefix": f"in/{revision}/", "keepVersions": 30 + revision}},
            "topics": {"news": {}},
        },
        "smoke": {"event": {}},
        "alarms": {"errors": 1 + revision},
    }


def secrets(revision: int) -> dict[str, str]:
    return {"KEY": f"key of {revision}", "PEPPER": f"pepper of {revision}"}


def retention(revision: int) -> int:
    return RETENTIONS[revision % len(RETENTIONS)]


def reserved(revision: int) -> int:
    return 10 + revision % 5


def batch_size(revision: int) -> int:
    return 1 + revision % 10


def shared(revision: int) -> str:
    """The parameter of others that this revision may read, and no other."""
    return f"/shared/revision-{revision}"


def shared_arn(revision: int) -> str:
    return f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{shared(revision)}"


def folder(root: Path) -> Path:
    """Of the module, in the checkout at `root`."""
    return root / "modules" / NAME


def commit(root: Path, revision: int) -> None:
    """Write its folder, as a merge does."""
    shutil.copytree(TINY / NAME, folder(root), dirs_exist_ok=True)
    app = folder(root) / "app.py"
    app.write_text(app.read_text().replace("REVISION = 0", f"REVISION = {revision}"))
    (folder(root) / "module.yaml").write_text(yaml.safe_dump(settings(revision)))


def remove(root: Path) -> None:
    shutil.rmtree(folder(root), ignore_errors=True)


def wanted(revision: int) -> dict[str, Any]:
    """What AWS has to say of it once it is served: see `found`."""
    return {
        "answer": {
            "revision": revision,
            "settings": revision,
            "key": secrets(revision)["KEY"],
            "pepper": secrets(revision)["PEPPER"],
        },
        "memory": 256 + revision,
        "reserved concurrency": reserved(revision),
        "provisioned concurrency": 1 + revision % 2,
        "retention": retention(revision),
        "may read": [shared_arn(revision)],
        "age of events": 60 + revision,
        "schedule": f"rate({400 + revision} days)",
        "visibility timeout": 60 + revision,
        "batch sizes": [batch_size(revision)],
        "prefixes": [f"in/{revision}/"],
        "days of versions": [30 + revision],
        "threshold": float(1 + revision),
        "subscriptions": 1,
        "url": "AWS_IAM",
    }


def found(aws: Aws, function: str) -> dict[str, Any]:
    """The same, asked of AWS."""
    live = {"FunctionName": function, "Qualifier": "live"}
    functions, queues = aws("lambda"), aws("sqs")
    queue = queues.get_queue_url(QueueName=f"{function}-orders")["QueueUrl"]
    attributes = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    (group,) = aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")["logGroups"]
    mappings = functions.list_event_source_mappings(EventSourceArn=attributes["QueueArn"])["EventSourceMappings"]
    (alarm,) = aws("cloudwatch").describe_alarms(AlarmNames=[f"{function}-errors"])["MetricAlarms"]
    (topic,) = (
        topic["TopicArn"]
        for topic in aws("sns").list_topics()["Topics"]
        if topic["TopicArn"].endswith(f":{function}-news")
    )
    return {
        "answer": answer(aws, function),
        "memory": functions.get_function_configuration(**live)["MemorySize"],
        "reserved concurrency": functions.get_function_concurrency(FunctionName=function).get(
            "ReservedConcurrentExecutions"
        ),
        "provisioned concurrency": functions.get_provisioned_concurrency_config(**live)[
            "RequestedProvisionedConcurrentExecutions"
        ],
        "retention": group.get("retentionInDays"),
        "may read": readable(aws, function),
        "age of events": functions.get_function_event_invoke_config(**live)["MaximumEventAgeInSeconds"],
        "schedule": aws("scheduler").get_schedule(Name=f"{function}-yearly")["ScheduleExpression"],
        "visibility timeout": int(attributes["VisibilityTimeout"]),
        "batch sizes": [mapping["BatchSize"] for mapping in mappings],
        "prefixes": prefixes(aws, f"{function}-uploads"),
        "days of versions": days_of_versions(aws, f"{function}-uploads"),
        "threshold": alarm["Threshold"],
        "subscriptions": len(aws("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]),
        "url": functions.get_function_url_config(**live)["AuthType"],
    }


def answer(aws: Aws, function: str) -> Any:
    """Of `live`; the message of an error."""
    answered = aws("lambda").invoke(FunctionName=function, Qualifier="live", Payload=b"{}")
    said = json.loads(answered["Payload"].read())
    return said["errorMessage"] if answered.get("FunctionError") else said


def readable(aws: Aws, function: str) -> list[str]:
    """The parameters of others that the function's role may read."""
    iam, role = aws("iam"), function
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    resources = [statement["Resource"] for document in documents for statement in document["Statement"]]
    listed = [one for each in resources for one in (each if isinstance(each, list) else [each])]
    return sorted({arn for arn in listed if "parameter/shared/" in arn})


def bucket_of(aws: Aws, prefix: str) -> str:
    (bucket,) = (one["Name"] for one in aws("s3").list_buckets()["Buckets"] if one["Name"].startswith(prefix))
    return str(bucket)


def days_of_versions(aws: Aws, bucket_prefix: str) -> list[int]:
    found = aws("s3").get_bucket_lifecycle_configuration(Bucket=bucket_of(aws, bucket_prefix))
    return [rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in found["Rules"]]


def prefixes(aws: Aws, bucket_prefix: str) -> list[str]:
    bucket = bucket_of(aws, bucket_prefix)
    told = aws("s3").get_bucket_notification_configuration(Bucket=bucket).get("LambdaFunctionConfigurations", [])
    rules = [rule for one in told for rule in one["Filter"]["Key"]["FilterRules"]]
    return [rule["Value"] for rule in rules if rule["Name"].lower() == "prefix"]


def left(aws: Aws, function: str) -> list[str]:
    """What there is in the account that has the function's name, or a name that begins with it."""
    names = [
        *(("function", one["FunctionName"]) for one in aws("lambda").list_functions()["Functions"]),
        *(("mapping", one["FunctionArn"]) for one in aws("lambda").list_event_source_mappings()["EventSourceMappings"]),
        *(("role", one["RoleName"]) for one in aws("iam").list_roles()["Roles"]),
        *(("repository", one["repositoryName"]) for one in aws("ecr").describe_repositories()["repositories"]),
        *(("log group", one["logGroupName"]) for one in aws("logs").describe_log_groups()["logGroups"]),
        *(("queue", url) for url in aws("sqs").list_queues().get("QueueUrls", [])),
        *(("topic", one["TopicArn"]) for one in aws("sns").list_topics()["Topics"]),
        *(("bucket", one["Name"]) for one in aws("s3").list_buckets()["Buckets"]),
        *(("schedule", one["Name"]) for one in aws("scheduler").list_schedules()["Schedules"]),
        *(("alarm", one["AlarmName"]) for one in aws("cloudwatch").describe_alarms()["MetricAlarms"]),
        *(("parameter", one["Name"]) for one in aws("ssm").describe_parameters()["Parameters"]),
        *(("secret", one["Name"]) for one in aws("secretsmanager").list_secrets()["SecretList"]),
    ]
    return [f"{kind} {name}" for kind, name in names if re.search(rf"\b{function}\b", name)]
