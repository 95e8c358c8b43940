"""aws:lambda/eventSourceMapping:EventSourceMapping, for queues and streams"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.casing import aws_name, from_aws, to_aws
from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.lambda_.api import same_function
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging
from sandbox.offline.plugins.rules import Property, arn, at_least, exactly_one_of, one_of
from sandbox.offline.plugins.values import UNKNOWN, Values

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


class EventSourceMapping(AwsResource[LambdaClient]):
    """Its id is its UUID. The emulator creates and changes it at once, so there is no need to wait."""

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
        "destinationConfig": Property(nested={"onFailure": Property(nested={"destinationArn": Property(valid=arn)})}),
        "enabled": Property(default=True),
        "eventSourceArn": Property(replaces=True),
        "filterCriteria": Property(),
        "functionArn": _COMPUTED,
        "functionName": Property(required=True, same=same_function),
        "functionResponseTypes": Property(valid=one_of("ReportBatchItemFailures")),
        "kmsKeyArn": Property(valid=arn),
        "lastModified": _COMPUTED,
        "lastProcessingResult": _COMPUTED,
        "maximumBatchingWindowInSeconds": Property(),
        "maximumRecordAgeInSeconds": _COMPUTED,
        "maximumRetryAttempts": _COMPUTED,
        "parallelizationFactor": _COMPUTED,
        "scalingConfig": Property(nested={"maximumConcurrency": Property(valid=at_least(2))}),
        "selfManagedKafkaEventSourceConfig": _UNSUPPORTED,
        "sourceAccessConfigurations": Property(default=[], output_only=True),
        "startingPosition": Property(replaces=True, valid=one_of("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")),
        "startingPositionTimestamp": Property(output_only=True),
        "state": _COMPUTED,
        "stateTransitionReason": _COMPUTED,
        "topics": Property(output_only=True),
        "tumblingWindowInSeconds": Property(),
        "uuid": _COMPUTED,
    }

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        if state.get("batchSize"):
            planned.setdefault("batchSize", _default_batch_size(state["eventSourceArn"]))

    def api_create(self, call: AwsCall, planned: Values) -> str:
        request: Any = self._settings(planned, [name for name in _SETTINGS if planned.get(name)])
        created = self.client(call, planned).create_event_source_mapping(
            EventSourceArn=planned["eventSourceArn"],
            FunctionName=planned["functionName"],
            Enabled=planned["enabled"],
            Tags=self.new_tags(planned),
            **request,
        )
        return created["UUID"]

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
        client.update_event_source_mapping(UUID=id, **request)

    def outputs(self, call: AwsCall, id: str, state: Values, planned: Values) -> Values:
        """AWS always returns the function's ARN, even if the program sets its name."""
        return super().outputs(call, id, state, {**planned, "functionName": UNKNOWN})

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_event_source_mapping(UUID=id)

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
