"""aws:cloudwatch/eventTarget:EventTarget

It follows the source of the Terraform provider, because there is no recording.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from sandbox.offline.plugins import naming, planning
from sandbox.offline.plugins.aws.casing import aws_name, from_aws, to_aws
from sandbox.offline.plugins.aws.clients import EventBridgeClient
from sandbox.offline.plugins.aws.events.names import BUS, NAME, join, split
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property, arn, conflicts_with, every, in_range, json_text, length
from sandbox.offline.plugins.values import Values

_SETTINGS = ("arn", "deadLetterConfig", "input", "inputPath", "inputTransformer", "retryPolicy", "roleArn")
_NAMES = {"inputPaths": "InputPathsMap"}
_UNSUPPORTED = (
    "appsyncTarget",
    "batchTarget",
    "ecsTarget",
    "httpTarget",
    "kinesisTarget",
    "redshiftTarget",
    "runCommandTargets",
    "sagemakerPipelineTarget",
    "sqsTarget",
)


class EventTarget(AwsResource[EventBridgeClient]):
    """Its id is `<rule>-<target>`, after `<bus>-` for another bus than the default one.

    An import takes the same names with slashes between them.
    """

    token = "aws:cloudwatch/eventTarget:EventTarget"
    label = "EventBridge Target"
    service = "events"
    not_found_codes = ("ResourceNotFoundException",)
    cross_property_rules = (
        conflicts_with("input", "inputPath"),
        conflicts_with("input", "inputTransformer"),
        conflicts_with("inputPath", "inputTransformer"),
    )
    properties: ClassVar = {
        "arn": Property(required=True, valid=arn),
        "deadLetterConfig": Property(nested={"arn": Property(valid=arn)}),
        "eventBusName": BUS,
        "forceDestroy": Property(default=False),
        "input": Property(valid=every(json_text, length(0, 8192))),
        "inputPath": Property(valid=length(0, 256)),
        "inputTransformer": Property(nested={"inputTemplate": Property(required=True, valid=length(1, 8192))}),
        "retryPolicy": Property(
            nested={
                "maximumEventAgeInSeconds": Property(valid=in_range(0, 86400)),
                "maximumRetryAttempts": Property(valid=in_range(0, 185)),
            }
        ),
        "roleArn": Property(valid=arn),
        "rule": Property(required=True, replaces=True, valid=NAME),
        "targetId": Property(computed=True, replaces=True, valid=NAME),
        **dict.fromkeys(_UNSUPPORTED, Property(output_only=True)),
    }

    def title(self, values: Values, name: str) -> str:
        return join("-", values.get("eventBusName", ""), values.get("rule", name), values.get("targetId", name))

    def api_create(self, call: AwsCall, planned: Values) -> str:
        planned["targetId"] = planned.get("targetId") or naming.from_prefix("terraform-")
        self._put(call, "creating", planned)
        return self.title(planned, call.name)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        pages = self.client(call, state).get_paginator("list_targets_by_rule")
        of_rule: Any = pages.paginate(**_of_rule(state), PaginationConfig={"PageSize": 100})
        found = next((each for page in of_rule for each in page["Targets"] if each["Id"] == state["targetId"]), None)
        if found is None:
            return None
        shapes = self.outputs_shape.properties
        reported = {name: found.get(aws_name(name, _NAMES)) for name in _SETTINGS}
        return {
            **{name: _reported(shapes[name], value) for name, value in reported.items()},
            **{name: state[name] for name in ("eventBusName", "rule", "targetId")},
        }

    def imported(self, id: str) -> tuple[str, Values] | None:
        if (names := split(id, 2)) is None:
            return None
        known = dict(zip(("eventBusName", "rule", "targetId"), names, strict=True))
        return self.title(known, ""), known

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        if set(planning.changed(state, planned)) - {"forceDestroy"}:
            self._put(call, "updating", planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        answer = self.client(call, state).remove_targets(
            **_of_rule(state), Ids=[state["targetId"]], Force=bool(state.get("forceDestroy"))
        )
        self._refuse_failed("deleting", state, answer["FailedEntries"])

    def _put(self, call: AwsCall, doing: str, planned: Values) -> None:
        shapes = self.outputs_shape.properties
        given = {name: planned[name] for name in _SETTINGS if planned.get(name)}
        target: Any = {aws_name(name, _NAMES): to_aws(shapes[name], value, _NAMES) for name, value in given.items()}
        answer = self.client(call, planned).put_targets(
            **_of_rule(planned), Targets=[{"Id": planned["targetId"], **target}]
        )
        self._refuse_failed(doing, planned, answer["FailedEntries"])

    def _refuse_failed(self, doing: str, values: Values, failed: Sequence[Any]) -> None:
        """EventBridge reports what fails in an answer that is not an error."""
        if failed:
            reasons = [f"{each['TargetId']}: api error {each['ErrorCode']}: {each['ErrorMessage']}" for each in failed]
            raise Refused(f"{doing} {self.label} ({self.title(values, '')}): " + "\n".join(reasons))


def _of_rule(values: Values) -> Any:
    return {"Rule": values["rule"], "EventBusName": values["eventBusName"]}


def _reported(shape: Any, value: Any) -> Any:
    if value is None:
        return "" if shape.kind == "string" else None
    return from_aws(shape, value, _NAMES)
