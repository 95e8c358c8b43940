"""What triggers call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.http_api import HttpApi
from components.json_text import json_text
from components.modules import Module
from components.settings import StackSettings

Outputs = Mapping[str, pulumi.Input[Any]]
"""What callers need to know, by the keys of a module's outputs."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A module's function, and what its triggers are created with."""

    module: Module
    alias: aws.lambda_.Alias
    settings: StackSettings
    kms_key_arn: pulumi.Input[str | None] = None
    """ARN of the KMS key that queues, buckets and topics are encrypted with; AWS's own if None.

    Queues and topics are not updated if this is an output that fails, because the repository has another encryption.
    """
    alarm_topic: pulumi.Input[str] | None = None
    """ARN of the SNS topic that the stack's alarms are sent to."""
    has_kms_key: bool = False
    """Whether `kms_key_arn` will be the ARN of a key: the number of a bucket's resources depends on it."""
    http_api: HttpApi | None = None
    """The stack's. None if no module has routes."""


def filter_criteria(patterns: Sequence[Mapping[str, Any]]) -> aws.lambda_.EventSourceMappingFilterCriteriaArgs | None:
    """What an event source mapping selects: what matches one of these patterns, or everything without one."""
    filters = [aws.lambda_.EventSourceMappingFilterCriteriaFilterArgs(pattern=json_text(each)) for each in patterns]
    return aws.lambda_.EventSourceMappingFilterCriteriaArgs(filters=filters) if filters else None


def permission_options(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    """The options of a permission to invoke the alias. One for another source has the same statement id, so Lambda
    refuses it beside the first one."""
    return pulumi.ResourceOptions(parent=parent, delete_before_replace=True)
