"""aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"""

from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.offline.plugins.aws.casing import from_aws, to_aws
from sandbox.offline.plugins.aws.lambda_names import split_qualified, target
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, arn, in_range
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_DESTINATION = Property(nested={"destination": Property(required=True, valid=arn)})
_LONGEST = 21600  # seconds; what AWS takes where nothing is given


class FunctionEventInvokeConfig(AwsResource):
    """Its id is `<function>` or `<function>:<qualifier>`."""

    token = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    label = "Lambda Function Event Invoke Config"
    gone = ("ResourceNotFoundException",)
    tagged = False
    properties: ClassVar = {
        "destinationConfig": Property(nested={"onFailure": _DESTINATION, "onSuccess": _DESTINATION}),
        "functionName": Property(required=True, replaces=True),
        "maximumEventAgeInSeconds": Property(valid=in_range(60, _LONGEST)),
        "maximumRetryAttempts": Property(default=2, valid=in_range(0, 2)),
        "qualifier": Property(replaces=True),
    }

    def customise(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().customise(call, state, planned)
        if state.get("maximumEventAgeInSeconds") == _LONGEST:
            planned.setdefault("maximumEventAgeInSeconds", _LONGEST)

    def title(self, values: Values, name: str) -> str:
        function, qualifier = values["functionName"], values.get("qualifier")
        return f"{function}:{qualifier}" if qualifier else str(function)

    def make(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return self.title(planned, "")

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        function, qualifier = split_qualified(id)
        found = self._lambda(call, state).get_function_event_invoke_config(**target(function, qualifier))
        destinations = from_aws(self.outputs_shape.properties["destinationConfig"], found["DestinationConfig"], {})
        return {
            "destinationConfig": {kind: each for kind, each in destinations.items() if each["destination"]} or None,
            "functionName": function,
            "maximumEventAgeInSeconds": found.get("MaximumEventAgeInSeconds", 0),
            "maximumRetryAttempts": found["MaximumRetryAttempts"],
            "qualifier": qualifier,
        }

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._lambda(call, state).delete_function_event_invoke_config(**target(*split_qualified(id)))

    def _put(self, call: AwsCall, planned: Values) -> None:
        request: Any = target(planned["functionName"], planned.get("qualifier", ""))
        if "maximumEventAgeInSeconds" in planned:
            request["MaximumEventAgeInSeconds"] = planned["maximumEventAgeInSeconds"]
        if "destinationConfig" in planned:
            shape = self.outputs_shape.properties["destinationConfig"]
            request["DestinationConfig"] = to_aws(shape, planned["destinationConfig"], {})
        self._lambda(call, planned).put_function_event_invoke_config(
            MaximumRetryAttempts=planned["maximumRetryAttempts"], **request
        )

    def _lambda(self, call: AwsCall, values: Values) -> "LambdaClient":
        client: LambdaClient = self.client("lambda", call, values)
        return client
