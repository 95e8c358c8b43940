"""The monitoring of a stack: the SNS topic that its alarms are sent to, who is subscribed to it, and its dashboards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_aws as aws

from components.arn import AwsScope
from components.console import dashboard_url
from components.modules import Module
from components.monitoring.alarms import BEGINNINGS_AND_ENDS
from components.monitoring.dashboard import MAX_DASHBOARD_ROWS, dashboard_body
from components.protection import protected_options
from components.settings import StackSettings


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    modules: Sequence[Module]
    settings: StackSettings
    """`name_prefix` must be set."""
    kms_key_arn: pulumi.Input[str] | None = None
    """ARN of the KMS key that the topic is encrypted with; without one the topic isn't encrypted."""


class Monitoring(pulumi.ComponentResource):
    """A dashboard with a row for each module, and an SNS topic with subscriptions unless the stack's settings name one.

    Without a key, the topic isn't encrypted with AWS's own key for SNS either, because CloudWatch can't publish to a
    topic that uses it.
    https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
    """

    topic: pulumi.Output[str]
    """ARN of the SNS topic that alarms go to."""
    outputs: Mapping[str, pulumi.Output[str]]
    """Outputs of the stack: `alarmTopic`, and `dashboardUrl`, the address of the (first) dashboard in AWS's console.

    No module has such a name, because the names of modules are in lower case.
    """

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lambda-images:index:Monitoring", name, None, opts)
        prefix = args.settings.name_prefix

        if args.settings.alarm_topic:
            self.topic = pulumi.Output.from_input(args.settings.alarm_topic)
        else:
            topic_name = f"{prefix}-alarms"
            topic = aws.sns.Topic(
                f"{name}-alarms",
                name=topic_name,
                kms_master_key_id=args.kms_key_arn,
                tags=args.settings.tags,
                # A stack can't give up its key. The update that tries to is refused, and must not change the topic.
                opts=pulumi.ResourceOptions(
                    parent=self, ignore_changes=[] if args.kms_key_arn is not None else ["kms_master_key_id"]
                ),
            )
            self.topic = topic.arn
            self._subscribe(name, args.settings)

        # The Region of the alarms: they can't send to a topic in another one.
        region = self.topic.apply(lambda arn: AwsScope.of(arn).region)
        for page, first in enumerate(range(0, len(args.modules), MAX_DASHBOARD_ROWS), start=1):
            rows = args.modules[first : first + MAX_DASHBOARD_ROWS]
            aws.cloudwatch.Dashboard(
                f"{name}-dashboard-{page}",
                dashboard_name=f"{prefix}-{page}" if page > 1 else prefix,
                dashboard_body=region.apply(partial(dashboard_body, rows)),
                opts=protected_options(self, args.settings.protection),
            )
        url = region.apply(partial(dashboard_url, dashboard=prefix))
        self.outputs = {"alarmTopic": self.topic, "dashboardUrl": url}
        self.register_outputs({"topic": self.topic})

    def _subscribe(self, name: str, settings: StackSettings) -> None:
        """Subscribe who is to be told of alarms. SNS itself asks each of them to confirm that."""
        for address in settings.alarm_emails:
            aws.sns.TopicSubscription(
                f"{name}-{address}",
                topic=self.topic,
                protocol="email",
                endpoint=address,
                filter_policy=BEGINNINGS_AND_ENDS,
                filter_policy_scope="MessageBody",
                opts=pulumi.ResourceOptions(parent=self),
            )
        for receiver, url in settings.alarm_endpoints.items():
            aws.sns.TopicSubscription(
                f"{name}-{receiver}",
                topic=self.topic,
                protocol=url.get_secret_value().partition(":")[0],
                endpoint=pulumi.Output.secret(url.get_secret_value()),
                endpoint_auto_confirms=True,
                filter_policy=BEGINNINGS_AND_ENDS,
                filter_policy_scope="MessageBody",
                opts=pulumi.ResourceOptions(parent=self, additional_secret_outputs=["endpoint"]),
            )
