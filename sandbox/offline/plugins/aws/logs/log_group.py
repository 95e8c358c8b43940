"""aws:cloudwatch/logGroup:LogGroup"""

from typing import ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.clients import CloudWatchLogsClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging
from sandbox.offline.plugins.rules import Property, conflicts_with, every, length, matching, one_of
from sandbox.offline.plugins.values import Values

_NAME = every(length(1, 512), matching(r"[\w./#-]+", "a log group name has letters, digits and any of . - _ / #"))
_DAYS = (0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


class LogGroup(AwsResource[CloudWatchLogsClient]):
    token = "aws:cloudwatch/logGroup:LogGroup"
    label = "CloudWatch Logs Log Group"
    service = "logs"
    not_found_codes = ("ResourceNotFoundException",)
    tagging = Tagging("resourceArn", keys="tagKeys", tags="tags", form=dict)
    generated_name = ("name", 512)
    cross_property_rules = (conflicts_with("name", "namePrefix"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "kmsKeyId": Property(),
        "logGroupClass": Property(
            computed=True, replaces=True, valid=one_of("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")
        ),
        "name": Property(computed=True, replaces=True, valid=_NAME),
        "namePrefix": Property(computed=True, replaces=True, valid=_NAME),
        "retentionInDays": Property(default=0, valid=one_of(*_DAYS)),
        "skipDestroy": Property(default=False),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        optional = {"kmsKeyId": planned.get("kmsKeyId"), "logGroupClass": planned.get("logGroupClass")}
        given = {key: value for key, value in optional.items() if value}
        self.client(call, planned).create_log_group(logGroupName=name, tags=self.new_tags(planned), **given)
        return str(name)

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        if planned["retentionInDays"]:
            self._retain(call, id, planned)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        logs = self.client(call, state)
        groups = logs.describe_log_groups(logGroupNamePrefix=id)["logGroups"]
        group = next((each for each in groups if each.get("logGroupName") == id), None)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        return {
            "arn": arn,
            "kmsKeyId": group.get("kmsKeyId", ""),
            "logGroupClass": group.get("logGroupClass", "STANDARD"),
            "name": id,
            "namePrefix": naming.prefix_of(id),
            "retentionInDays": group.get("retentionInDays", 0),
            "tags": logs.list_tags_for_resource(resourceArn=arn)["tags"],
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        if planned["retentionInDays"] != state["retentionInDays"]:
            self._retain(call, id, planned)
        if planned.get("kmsKeyId", "") != state.get("kmsKeyId", ""):
            self._encrypt(call, id, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        if not state.get("skipDestroy"):
            self.client(call, state).delete_log_group(logGroupName=id)

    def _retain(self, call: AwsCall, name: str, planned: Values) -> None:
        """Zero days mean that events never expire."""
        logs = self.client(call, planned)
        if planned["retentionInDays"]:
            logs.put_retention_policy(logGroupName=name, retentionInDays=planned["retentionInDays"])
        else:
            logs.delete_retention_policy(logGroupName=name)

    def _encrypt(self, call: AwsCall, name: str, planned: Values) -> None:
        logs = self.client(call, planned)
        if planned.get("kmsKeyId"):
            logs.associate_kms_key(logGroupName=name, kmsKeyId=planned["kmsKeyId"])
        else:
            logs.disassociate_kms_key(logGroupName=name)
