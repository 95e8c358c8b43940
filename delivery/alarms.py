"""Reads the CloudWatch alarms that are firing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from delivery.clients import Client
from delivery.live import aws_errors


@dataclass(frozen=True)
class Alarm:
    name: str
    description: str
    """It is empty if the alarm has none."""
    since: datetime
    """When it began to fire."""
    tags: Mapping[str, str]


def firing(client: Client, prefix: str) -> Iterator[Alarm]:
    """Yield the alarms that are firing and whose names begin with a prefix. Raises ReleaseError if AWS refuses."""
    cloudwatch = client("cloudwatch")
    with aws_errors(f"reading the alarms {prefix}*"):
        pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix, StateValue="ALARM")
        for alarm in (alarm for page in pages for alarm in page["MetricAlarms"]):
            tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
            yield Alarm(
                name=alarm["AlarmName"],
                description=alarm.get("AlarmDescription", ""),
                since=alarm["StateTransitionedTimestamp"],
                tags={tag["Key"]: tag["Value"] for tag in tags},
            )
