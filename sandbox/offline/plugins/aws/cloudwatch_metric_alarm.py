"""aws:cloudwatch/metricAlarm:MetricAlarm"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.clients import CloudWatchClient
from sandbox.offline.plugins.aws.metric_alarm_properties import PROPERTIES, REQUEST
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import conflicting, is_zero
from sandbox.offline.plugins.values import Values


class MetricAlarm(AwsResource[CloudWatchClient]):
    """An alarm about one metric; its id is its name."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    label = "CloudWatch Metric Alarm"
    service = "cloudwatch"
    not_found_codes = ("ResourceNotFound", "ResourceNotFoundException")
    tagging = Tagging("ResourceARN")
    autonamed = ("name", 255)
    cross_property_rules = (conflicting("statistic", "extendedStatistic"),)
    properties: ClassVar = PROPERTIES

    def api_create(self, call: AwsCall, planned: Values) -> str:
        tags: Any = self.new_tags(planned)
        self.client(call, planned).put_metric_alarm(**_request(planned), Tags=tags)
        return str(planned["name"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        cloudwatch = self.client(call, state)
        alarms = cloudwatch.describe_alarms(AlarmNames=[id], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
        if not alarms:
            return None
        alarm: Any = alarms[0]
        if alarm.get("ExtendedStatistic"):
            alarm["Statistic"] = ""  # the emulator tells an average beside a percentile; AWS has one or the other
        arn = alarm["AlarmArn"]
        return {
            **{key: alarm.get(name, _NONE.get(key, "")) for key, name in REQUEST.items()},
            "arn": arn,
            "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])},
            "evaluateLowSampleCountPercentiles": alarm.get(
                "EvaluateLowSampleCountPercentile", state.get("evaluateLowSampleCountPercentiles", "")
            ),
            "metricQueries": [],
            "tags": tag_map(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        cloudwatch = self.client(call, planned)
        if {*REQUEST, "dimensions"}.intersection(planning.changed(state, planned)):
            cloudwatch.put_metric_alarm(**_request(planned))

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_alarms(AlarmNames=[id])


_NONE: dict[str, Any] = {
    "alarmActions": [],
    "datapointsToAlarm": 0,
    "insufficientDataActions": [],
    "okActions": [],
    "threshold": 0,
}
"""What the state has where AWS tells nothing and it isn't a text."""


def _request(planned: Values) -> Any:
    """PutMetricAlarm replaces the whole alarm: what isn't sent is none."""
    request = {name: planned[key] for key, name in REQUEST.items() if not is_zero(planned.get(key))}
    request.update(ActionsEnabled=planned["actionsEnabled"], Threshold=planned.get("threshold", 0))
    request["Dimensions"] = [{"Name": key, "Value": value} for key, value in planned.get("dimensions", {}).items()]
    return request
