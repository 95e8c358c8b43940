"""aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"""

from typing import Any, ClassVar

from sandbox.offline.plugins.aws.casing import from_aws, to_aws
from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.lambda_.api import split_qualified, target
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, arn, in_range
from sandbox.offline.plugins.values import Values

_DESTINATION = Property(nested={"destination": Property(required=True, valid=arn)})
_MAX_EVENT_AGE_SECONDS = 21600  # also AWS's default


class FunctionEventInvokeConfig(AwsResource[LambdaClient]):
    """Its id is `<function>` or `<function>:<qualifier>`."""

    token = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    label = "Lambda Function Event Invoke Config"
    service = "lambda"
    not_found_codes = ("ResourceNotFoundException",)
    properties: ClassVar = {
        "destinationConfig": Property(nested={"onFailure": _DESTINATION, "onSuccess": _DESTINATION}),
        "functionName": Property(required=True, replaces=True),
        "maximumEventAgeInSeconds": Property(valid=in_range(60, _MAX_EVENT_AGE_SECONDS)),
        "maximumRetryAttempts": Property(default=2, valid=in_range(0, 2)),
        "qualifier": Property(replaces=True),
    }

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        if state.get("maximumEventAgeInSeconds") == _MAX_EVENT_AGE_SECONDS:
            planned.setdefault("maximumEventAgeInSeconds", _MAX_EVENT_AGE_SECONDS)

    def title(self, values: Values, name: str) -> str:
        function, qualifier = values["functionName"], values.get("qualifier")
        return f"{function}:{qualifier}" if qualifier else str(function)

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return self.title(planned, "")

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        function, qualifier = split_qualified(id)
        found = self.client(call, state).get_function_event_invoke_config(**target(function, qualifier))
        destinations = from_aws(self.outputs_shape.properties["destinationConfig"], found["DestinationConfig"], {})
        return {
            "destinationConfig": {kind: each for kind, each in destinations.items() if each["destination"]} or None,
            "functionName": function,
            "maximumEventAgeInSeconds": found.get("MaximumEventAgeInSeconds", 0),
            "maximumRetryAttempts": found["MaximumRetryAttempts"],
            "qualifier": qualifier,
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_function_event_invoke_config(**target(*split_qualified(id)))

    def _put(self, call: AwsCall, planned: Values) -> None:
        request: Any = target(planned["functionName"], planned.get("qualifier", ""))
        if "maximumEventAgeInSeconds" in planned:
            request["MaximumEventAgeInSeconds"] = planned["maximumEventAgeInSeconds"]
        if "destinationConfig" in planned:
            shape = self.outputs_shape.properties["destinationConfig"]
            request["DestinationConfig"] = to_aws(shape, planned["destinationConfig"], {})
        self.client(call, planned).put_function_event_invoke_config(
            MaximumRetryAttempts=planned["maximumRetryAttempts"], **request
        )
