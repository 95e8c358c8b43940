"""aws:cloudwatch/logGroup:LogGroup"""

from typing import TYPE_CHECKING, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, own_tags
from sandbox.offline.plugins.rules import Property, conflicting, every, length, matching, one_of
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_NAME = every(length(1, 512), matching(r"[\w./#-]+", "a log group name has letters, digits and any of . - _ / #"))
_DAYS = (0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


class LogGroup(AwsResource):
    token = "aws:cloudwatch/logGroup:LogGroup"
    label = "CloudWatch Logs Log Group"
    gone = ("ResourceNotFoundException",)
    autonamed = ("name", 512)
    together = (conflicting("name", "namePrefix"),)
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

    def make(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        optional = {"kmsKeyId": planned.get("kmsKeyId"), "logGroupClass": planned.get("logGroupClass")}
        given = {key: value for key, value in optional.items() if value}
        self._logs(call, planned).create_log_group(logGroupName=name, tags=own_tags(planned.get("tags", {})), **given)
        return str(name)

    def complete(self, call: AwsCall, id: str, planned: Values) -> None:
        if planned["retentionInDays"]:
            self._retain(call, id, planned)

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        logs = self._logs(call, state)
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

    def tag(self, call: AwsCall, thing: str, planned: Values, changed: dict[str, str], removed: list[str]) -> None:
        logs = self._logs(call, planned)
        if removed:
            logs.untag_resource(resourceArn=thing, tagKeys=removed)
        if changed:
            logs.tag_resource(resourceArn=thing, tags=changed)

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        if planned["retentionInDays"] != state["retentionInDays"]:
            self._retain(call, id, planned)
        if planned.get("kmsKeyId", "") != state.get("kmsKeyId", ""):
            self._encrypt(call, id, planned)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        if not state.get("skipDestroy"):
            self._logs(call, state).delete_log_group(logGroupName=id)

    def _retain(self, call: AwsCall, name: str, planned: Values) -> None:
        """Zero days: for ever."""
        logs = self._logs(call, planned)
        if planned["retentionInDays"]:
            logs.put_retention_policy(logGroupName=name, retentionInDays=planned["retentionInDays"])
        else:
            logs.delete_retention_policy(logGroupName=name)

    def _encrypt(self, call: AwsCall, name: str, planned: Values) -> None:
        logs = self._logs(call, planned)
        if planned.get("kmsKeyId"):
            logs.associate_kms_key(logGroupName=name, kmsKeyId=planned["kmsKeyId"])
        else:
            logs.disassociate_kms_key(logGroupName=name)

    def _logs(self, call: AwsCall, values: Values) -> "CloudWatchLogsClient":
        client: CloudWatchLogsClient = self.client("logs", call, values)
        return client
