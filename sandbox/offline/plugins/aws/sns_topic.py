"""aws:sns/topic:Topic"""

from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.attributes import attribute_changes, from_attributes, to_attributes
from sandbox.offline.plugins.aws.fifo import MaybeFifo
from sandbox.offline.plugins.aws.resource import AN_ARN, AwsCall, own_tags, tag_list, tag_map
from sandbox.offline.plugins.aws.sns_properties import ATTRIBUTES, PROPERTIES
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class Topic(MaybeFifo):
    """Its id is its ARN."""

    token = "aws:sns/topic:Topic"
    label = "SNS Topic"
    gone = ("NotFound",)
    tagged_by = "id"
    import_id = AN_ARN
    autonamed = ("name", 256)
    fifo = "fifoTopic"
    kind = "topic"
    fifo_kind = "FIFO topics"
    properties: ClassVar = PROPERTIES

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

    def tag(self, call: AwsCall, thing: str, planned: Values, changed: dict[str, str], removed: list[str]) -> None:
        sns = self._sns(call, planned)
        if removed:
            sns.untag_resource(ResourceArn=thing, TagKeys=removed)
        if changed:
            sns.tag_resource(ResourceArn=thing, Tags=tag_list(changed))  # type: ignore[arg-type]  # a TypedDict

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        sns = self._sns(call, planned)
        for name, value in attribute_changes(ATTRIBUTES, state, planned).items():
            sns.set_topic_attributes(TopicArn=id, AttributeName=name, AttributeValue=value)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._sns(call, state).delete_topic(TopicArn=id)

    def _sns(self, call: AwsCall, values: Values) -> "SNSClient":
        client: SNSClient = self.client("sns", call, values)
        return client
