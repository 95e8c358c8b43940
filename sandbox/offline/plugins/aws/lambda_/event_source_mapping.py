"""aws:lambda/eventSourceMapping:EventSourceMapping, for queues and streams"""

import time
from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.casing import aws_name, from_aws, to_aws
from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.lambda_.api import same_function
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging
from sandbox.offline.plugins.aws.waiting import wait_until
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import (
    Property,
    arn,
    at_least,
    exactly_one_of,
    in_any_order,
    in_range,
    length,
    one_of,
)
from sandbox.offline.plugins.values import UNKNOWN, Values, has_unknown

_COMPUTED = Property(computed=True)
_UNSUPPORTED = Property(computed=True, output_only=True)
_NAMES = {"destinationArn": "Destination", "kmsKeyArn": "KMSKeyArn"}
_OTHER_UPDATES = {"enabled": "Enabled", "functionName": "FunctionName"}
_SETTINGS = {
    "batchSize": 0,
    "bisectBatchOnFunctionError": False,
    "destinationConfig": {},
    "filterCriteria": {},
    "functionResponseTypes": [],
    "kmsKeyArn": "",
    "maximumBatchingWindowInSeconds": 0,
    "maximumRecordAgeInSeconds": 0,
    "maximumRetryAttempts": 0,
    "parallelizationFactor": 0,
    "scalingConfig": {},
    "startingPosition": "",
    "tumblingWindowInSeconds": 0,
}
"""The settings, each with the value that removes it in the API. The state has that value if AWS doesn't return one."""


_SENT_IF_ZERO = ("maximumRetryAttempts",)
_POLL_SECONDS = 0.1
_WRITE_SECONDS = 600
_DELETE_SECONDS = 300
_PATTERN = length(0, 4096)


def _same_filters(old: Any, new: Any) -> bool:
    """Whether there are the same filters, in any order."""
    if has_unknown(new):
        return False
    return in_any_order((old or {}).get("filters") or [], (new or {}).get("filters") or [])


def _record_age(label: str, value: Any) -> str | None:
    return None if value == -1 else in_range(60, 604_800)(label, value)


class EventSourceMapping(AwsResource[LambdaClient]):
    """Its id is its UUID. AWS creates, changes and deletes it some time after the call.

    The official provider also repeats a call for minutes while the function's role may not read the source, since a new
    permission takes a while to be in effect. In the emulator they are in effect at once, so no call is repeated.
    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/lambda/event_source_mapping.go
    """

    token = "aws:lambda/eventSourceMapping:EventSourceMapping"
    label = "Lambda Event Source Mapping"
    service = "lambda"
    not_found_codes = ("ResourceNotFoundException",)
    tagging = Tagging("Resource", form=dict)
    title_property = "eventSourceArn"
    cross_property_rules = (exactly_one_of("eventSourceArn", "selfManagedEventSource"),)
    properties: ClassVar = {
        "amazonManagedKafkaEventSourceConfig": _UNSUPPORTED,
        "arn": _COMPUTED,
        "batchSize": Property(valid=at_least(1)),
        "bisectBatchOnFunctionError": Property(),
        "destinationConfig": Property(
            nested={"onFailure": Property(nested={"destinationArn": Property(required=True, valid=arn)})}
        ),
        "enabled": Property(default=True),
        "eventSourceArn": Property(replaces=True),
        "filterCriteria": Property(
            same=_same_filters, nested={"filters": Property(max_items=10, nested={"pattern": Property(valid=_PATTERN)})}
        ),
        "functionArn": _COMPUTED,
        "functionName": Property(required=True, same=same_function),
        "functionResponseTypes": Property(valid=one_of("ReportBatchItemFailures")),
        "kmsKeyArn": Property(valid=arn),
        "lastModified": _COMPUTED,
        "lastProcessingResult": _COMPUTED,
        "maximumBatchingWindowInSeconds": Property(),
        "maximumRecordAgeInSeconds": Property(computed=True, valid=_record_age),
        "maximumRetryAttempts": Property(computed=True, valid=in_range(-1, 10_000)),
        "parallelizationFactor": Property(computed=True, valid=in_range(1, 10)),
        "scalingConfig": Property(nested={"maximumConcurrency": Property(valid=at_least(2))}),
        "selfManagedKafkaEventSourceConfig": _UNSUPPORTED,
        "sourceAccessConfigurations": Property(default=[], output_only=True),
        "startingPosition": Property(replaces=True, valid=one_of("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")),
        "startingPositionTimestamp": Property(output_only=True),
        "state": _COMPUTED,
        "stateTransitionReason": _COMPUTED,
        "topics": Property(output_only=True),
        "tumblingWindowInSeconds": Property(valid=in_range(0, 900)),
        "uuid": _COMPUTED,
    }

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        if state.get("batchSize"):
            planned.setdefault("batchSize", _default_batch_size(state["eventSourceArn"]))

    def api_create(self, call: AwsCall, planned: Values) -> str:
        given = [name for name in _SETTINGS if planned.get(name) or (name in _SENT_IF_ZERO and name in planned)]
        request: Any = self._settings(planned, given)
        created = self.client(call, planned).create_event_source_mapping(
            EventSourceArn=planned["eventSourceArn"],
            FunctionName=planned["functionName"],
            Enabled=planned["enabled"],
            Tags=self.new_tags(planned),
            **request,
        )
        return created["UUID"]

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        self._wait(call, id, planned, "create", ("Creating", "Disabling", "Enabling"), ("Disabled", "Enabled"))

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        client = self.client(call, state)
        found: Any = client.get_event_source_mapping(UUID=id)
        return {
            **{name: self._setting(name, found) for name in _SETTINGS},
            "arn": found["EventSourceMappingArn"],
            "enabled": found["State"] in ("Enabled", "Enabling"),
            "eventSourceArn": found["EventSourceArn"],
            "functionArn": found["FunctionArn"],
            "functionName": found["FunctionArn"],
            "lastModified": found["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lastProcessingResult": found.get("LastProcessingResult", ""),
            "sourceAccessConfigurations": [],
            "startingPositionTimestamp": "",
            "state": found["State"],
            "stateTransitionReason": found.get("StateTransitionReason", ""),
            "tags": client.list_tags(Resource=found["EventSourceMappingArn"])["Tags"],
            "topics": [],
            "uuid": id,
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        client = self.client(call, planned)
        changed = planning.changed(state, planned)
        request: Any = self._settings(planned, [name for name in changed if name in _SETTINGS])
        request |= {name: planned[key] for key, name in _OTHER_UPDATES.items() if key in changed}
        if "DestinationConfig" in request and not planned.get("destinationConfig"):
            request["DestinationConfig"] = {"OnFailure": {"Destination": ""}}
        client.update_event_source_mapping(UUID=id, **request)
        self._wait(call, id, planned, "update", ("Disabling", "Enabling", "Updating"), ("Disabled", "Enabled"))

    def outputs(self, call: AwsCall, id: str, state: Values, planned: Values) -> Values:
        """AWS always returns the function's ARN, even if the program sets its name."""
        return super().outputs(call, id, state, {**planned, "functionName": UNKNOWN})

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        client, deadline = self.client(call, state), time.monotonic() + _DELETE_SECONDS
        while True:
            try:
                client.delete_event_source_mapping(UUID=id)
                break
            except client.exceptions.ResourceInUseException:  # it is being created or changed
                if time.monotonic() >= deadline or call.cancelled.wait(_POLL_SECONDS):
                    raise
        self._wait(call, id, state, "delete", ("Deleting",), (None,))

    def _wait(
        self,
        call: AwsCall,
        id: str,
        values: Values,
        what: str,
        pending: tuple[str, ...],
        wanted: tuple[str | None, ...],
    ) -> None:
        """Wait until the mapping has one of these states; None stands for one that doesn't exist."""
        client, target = self.client(call, values), ", ".join(map(str, wanted))
        doing = f"waiting for Lambda Event Source Mapping ({id}) {what}"
        state: str | None = None

        def reached() -> bool:
            nonlocal state
            state, reason = None, ""
            with self.ignoring_not_found():
                found = client.get_event_source_mapping(UUID=id)
                state, reason = found["State"], found.get("StateTransitionReason", "")
            if state not in (*pending, *wanted):
                raise Refused(f"{doing}: unexpected state '{state}', wanted target '{target}'. last error: {reason}")
            return state in wanted

        wait_until(
            call,
            reached,
            doing,
            _DELETE_SECONDS if what == "delete" else _WRITE_SECONDS,
            lambda: f"{doing}: timeout while waiting for state to become '{target}' (last state: '{state}')",
        )

    def _settings(self, planned: Values, names: list[str]) -> Values:
        shapes = self.outputs_shape.properties
        return {
            aws_name(name, _NAMES): to_aws(shapes[name], planned.get(name, _SETTINGS[name]), _NAMES) for name in names
        }

    def _setting(self, name: str, found: Any) -> Any:
        value = found.get(aws_name(name, _NAMES))
        if value:
            return from_aws(self.outputs_shape.properties[name], value, _NAMES)
        return _SETTINGS[name] if _SETTINGS[name] != {} else None


def _default_batch_size(source: str) -> int:
    """Returns the batch size that AWS uses by default."""
    return 10 if source.split(":")[2] == "sqs" else 100
