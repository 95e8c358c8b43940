"""aws:scheduler/schedule:Schedule"""

from typing import Any, ClassVar

from sandbox.offline.plugins import naming
from sandbox.offline.plugins.aws.casing import aws_name, from_aws, to_aws
from sandbox.offline.plugins.aws.clients import EventBridgeSchedulerClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, arn, conflicts_with, every, in_range, length, matching, one_of
from sandbox.offline.plugins.values import Values

_NAME = every(length(1, 64), matching(r"[0-9A-Za-z_.-]+", "letters, digits and any of _ . -"))
_SETTINGS = (
    "description",
    "endDate",
    "flexibleTimeWindow",
    "kmsKeyArn",
    "scheduleExpression",
    "scheduleExpressionTimezone",
    "startDate",
    "state",
    "target",
)
_UNSUPPORTED_TARGETS = ("ecsParameters", "sagemakerPipelineParameters")


class Schedule(AwsResource[EventBridgeSchedulerClient]):
    """Its id is `<group>/<name>`."""

    token = "aws:scheduler/schedule:Schedule"
    label = "EventBridge Scheduler Schedule"
    service = "scheduler"
    not_found_codes = ("ResourceNotFoundException",)
    generated_name = ("name", 64)
    cross_property_rules = (conflicts_with("name", "namePrefix"),)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "description": Property(valid=length(0, 512)),
        "endDate": Property(),
        "flexibleTimeWindow": Property(
            required=True,
            nested={
                "maximumWindowInMinutes": Property(valid=in_range(1, 1440)),
                "mode": Property(required=True, valid=one_of("OFF", "FLEXIBLE")),
            },
        ),
        "groupName": Property(computed=True, replaces=True, valid=_NAME),
        "kmsKeyArn": Property(valid=arn),
        "name": Property(computed=True, replaces=True, valid=_NAME),
        "namePrefix": Property(computed=True, replaces=True, valid=every(length(1, 38), _NAME)),
        "scheduleExpression": Property(required=True, valid=length(1, 256)),
        "scheduleExpressionTimezone": Property(default="UTC", valid=length(1, 50)),
        "startDate": Property(),
        "state": Property(default="ENABLED", valid=one_of("ENABLED", "DISABLED")),
        "target": Property(
            required=True,
            nested={
                "arn": Property(required=True, valid=arn),
                **dict.fromkeys(_UNSUPPORTED_TARGETS, Property(output_only=True)),
                "deadLetterConfig": Property(nested={"arn": Property(required=True, valid=arn)}),
                "retryPolicy": Property(
                    nested={
                        "maximumEventAgeInSeconds": Property(valid=in_range(60, 86400)),
                        "maximumRetryAttempts": Property(valid=in_range(0, 185)),
                    }
                ),
                "roleArn": Property(required=True, valid=arn),
            },
        ),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        group = planned.get("groupName", "default")
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        self.client(call, planned).create_schedule(GroupName=group, Name=name, **self._settings(planned))
        return f"{group}/{name}"

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        group, _, name = id.partition("/")
        found: Any = self.client(call, state).get_schedule(GroupName=group, Name=name)
        return {
            **{setting: self._from_api(setting, found.get(aws_name(setting, {}))) for setting in _SETTINGS},
            "arn": found["Arn"],
            "groupName": group,
            "name": name,
            "namePrefix": naming.prefix_of(name),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        group, _, name = id.partition("/")
        self.client(call, planned).update_schedule(GroupName=group, Name=name, **self._settings(planned))

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        group, _, name = id.partition("/")
        self.client(call, state).delete_schedule(GroupName=group, Name=name)

    def _settings(self, planned: Values) -> Any:
        """Returns all settings, because an update resets missing ones. A window of 0 minutes is not sent."""
        shapes = self.outputs_shape.properties
        window = {name: value for name, value in planned["flexibleTimeWindow"].items() if value}
        given = {name: value for name, value in {**planned, "flexibleTimeWindow": window}.items() if value}
        return {aws_name(name, {}): to_aws(shapes[name], given[name], {}) for name in _SETTINGS if name in given}

    def _from_api(self, name: str, value: Any) -> Any:
        if name in ("endDate", "startDate"):
            return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else ""
        if value is None:
            return ""
        reported = from_aws(self.outputs_shape.properties[name], value, {})
        return {"maximumWindowInMinutes": 0, **reported} if name == "flexibleTimeWindow" else reported
