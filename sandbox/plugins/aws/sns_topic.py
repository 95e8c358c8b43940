"""aws:sns/topic:Topic"""

import re
from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.plugins import naming
from sandbox.plugins.aws.attributes import attribute_changes, from_attributes, to_attributes
from sandbox.plugins.aws.resource import AwsCall, AwsResource, own_tags, tag_changes, tag_list, tag_map
from sandbox.plugins.aws.sns_properties import ATTRIBUTES, PROPERTIES
from sandbox.plugins.errors import Refused
from sandbox.plugins.rules import conflicting
from sandbox.plugins.values import Values, has_unknown

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_NAME = r"[\w-]{1,256}"
_FIFO_NAME = r"[\w-]{1,251}\.fifo"


class Topic(AwsResource):
    """Its id is its ARN."""

    token = "aws:sns/topic:Topic"
    label = "SNS Topic"
    gone = ("NotFound",)
    autonamed = ("name", 256)
    together = (conflicting("name", "namePrefix"),)
    properties: ClassVar = PROPERTIES

    def finished_name(self, generated: str, inputs: Values) -> str:
        return f"{generated}.fifo" if inputs.get("fifoTopic") is True else generated

    def customise(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().customise(call, state, planned)
        name, fifo = planned["name"], planned["fifoTopic"]
        known = not has_unknown([name, fifo])
        if not state and known and not re.fullmatch(_FIFO_NAME if fifo else _NAME, name):
            raise Refused(f"invalid topic name: {name}")
        if planned["contentBasedDeduplication"] is True and fifo is False:
            raise Refused("content-based deduplication can only be set for FIFO topics")

    def make(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        tags: Any = tag_list(own_tags(planned.get("tags", {})))
        given = {name: value for name, value in planned.items() if value}
        attributes = to_attributes(ATTRIBUTES, given)
        return self._sns(call, planned).create_topic(Name=name, Attributes=attributes, Tags=tags)["TopicArn"]

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        sns = self._sns(call, state)
        attributes = sns.get_topic_attributes(TopicArn=id)["Attributes"]
        name = id.rpartition(":")[2]
        return {
            **from_attributes(self.outputs_shape, ATTRIBUTES, attributes),
            "arn": id,
            "beginningArchiveTime": attributes.get("BeginningArchiveTime", ""),
            "name": name,
            "namePrefix": naming.prefix_of(name.removesuffix(".fifo")),
            "owner": attributes["Owner"],
            "tags": tag_map(sns.list_tags_for_resource(ResourceArn=id)["Tags"]),
        }

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        sns = self._sns(call, planned)
        for name, value in attribute_changes(ATTRIBUTES, state, planned).items():
            sns.set_topic_attributes(TopicArn=id, AttributeName=name, AttributeValue=value)
        changed, removed = tag_changes(state, planned)
        if changed:
            sns.tag_resource(ResourceArn=id, Tags=tag_list(changed))  # type: ignore[arg-type]  # a TypedDict
        if removed:
            sns.untag_resource(ResourceArn=id, TagKeys=removed)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._sns(call, state).delete_topic(TopicArn=id)

    def _sns(self, call: AwsCall, values: Values) -> "SNSClient":
        client: SNSClient = self.client("sns", call, values)
        return client
