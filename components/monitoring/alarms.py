"""Alarms about the invocations of the alias `live`, about messages in dead letter queues, and about late records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.json_text import json_text
from components.served import ALIAS
from components.settings.module import Alarms, ModuleSettings

Alarm = Mapping[str, Any]
"""Arguments of an `aws.cloudwatch.MetricAlarm`."""

WITHIN_FIVE_MINUTES: Alarm = {
    "period": 300,
    "evaluation_periods": 1,
    "comparison_operator": "GreaterThanOrEqualToThreshold",
    "treat_missing_data": "notBreaching",
}
"""Missing data raises no alarm, because a function that nobody calls has no metrics."""

BEGINNINGS_AND_ENDS = json_text({"$or": [{"NewStateValue": ["ALARM"]}, {"OldStateValue": ["ALARM"]}]})
"""The filter of a subscription that is sent an alarm when it begins and ends, but not the state `OK` of each new one.

https://docs.aws.amazon.com/sns/latest/dg/and-or-logic.html
"""


@dataclass(frozen=True, kw_only=True)
class FunctionAlarmsArgs:
    function_name: str
    alias: aws.lambda_.Alias
    """Its alias `live`: only invocations of it count."""
    dead_letter_queues: Sequence[str]
    """Names of SQS queues."""
    settings: ModuleSettings
    topic: pulumi.Input[str]
    """ARN of the SNS topic that is told when an alarm begins, and when it ends."""


def actions(topic: pulumi.Input[str]) -> Alarm:
    """The arguments of an alarm that a topic is told of when it begins, and when it ends."""
    return {"alarm_actions": [topic], "ok_actions": [topic]}


def create_alarms(name: str, args: FunctionAlarmsArgs, parent: pulumi.Resource) -> None:
    """Create the alarms of a module: those whose threshold is not 0."""
    settings = args.settings
    everywhere: Alarm = {
        **WITHIN_FIVE_MINUTES,
        **actions(args.topic),
        "tags": settings.tags,
        "opts": pulumi.ResourceOptions(parent=parent, depends_on=[args.alias]),
    }
    served = {"FunctionName": args.function_name, "Resource": f"{args.function_name}:{ALIAS}"}
    kinds = function_alarms(settings.alarms, settings.timeout)
    if settings.triggers.streams and settings.alarms.iterator_age:
        kinds["iterator-age"] = iterator_age_alarm(settings.alarms)
    for kind, alarm in kinds.items():
        aws.cloudwatch.MetricAlarm(
            f"{name}-{kind}", name=f"{args.function_name}-{kind}", dimensions=served, **alarm, **everywhere
        )
    for queue in args.dead_letter_queues if settings.alarms.dead_letters else ():
        of_function = queue.removeprefix(f"{args.function_name}-")
        alarm = dead_letter_alarm(settings.alarms)
        aws.cloudwatch.MetricAlarm(
            f"{name}-{of_function}", name=queue, dimensions={"QueueName": queue}, **alarm, **everywhere
        )


def function_alarms(alarms: Alarms, timeout: int) -> dict[str, Alarm]:
    """The arguments of the alarms about invocations, by kind; `timeout` is in seconds.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    about_calls: dict[str, Alarm] = {
        "errors": {
            "namespace": "AWS/Lambda",
            "metric_name": "Errors",
            "statistic": "Sum",
            "threshold": alarms.errors,
            "alarm_description": f"{alarms.errors} or more calls ended in an error within five minutes",
        },
        "throttles": {
            "namespace": "AWS/Lambda",
            "metric_name": "Throttles",
            "statistic": "Sum",
            "threshold": alarms.throttles,
            "alarm_description": f"{alarms.throttles} or more calls were refused within five minutes: too many ran",
        },
        "duration": {
            "namespace": "AWS/Lambda",
            "metric_name": "Duration",
            "extended_statistic": "p95",
            "threshold": timeout * 10 * alarms.duration,  # milliseconds
            "alarm_description": f"one call in twenty took {alarms.duration}% of the timeout of {timeout} s, or more",
        },
    }
    return {kind: alarm for kind, alarm in about_calls.items() if alarm["threshold"]}


def iterator_age_alarm(alarms: Alarms) -> Alarm:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#performance-metrics"""
    return {
        "namespace": "AWS/Lambda",
        "metric_name": "IteratorAge",
        "statistic": "Maximum",
        "threshold": alarms.iterator_age * 1000,  # milliseconds
        "alarm_description": f"a record of a stream had waited for {alarms.iterator_age} s, or longer",
    }


def dead_letter_alarm(alarms: Alarms) -> Alarm:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"""
    return {
        "namespace": "AWS/SQS",
        "metric_name": "ApproximateNumberOfMessagesVisible",
        "statistic": "Maximum",
        "threshold": alarms.dead_letters,
        "alarm_description": f"{alarms.dead_letters} or more messages failed each try, and wait for somebody to look",
    }
