"""aws:lambda/alias:Alias"""

from typing import Any, ClassVar

from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.lambda_.api import invoke_arn, same_function
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.resource import ReadResult
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values


class Alias(AwsResource[LambdaClient]):
    """Its id is its ARN. An import takes `<function>/<alias>`."""

    token = "aws:lambda/alias:Alias"
    label = "Lambda Alias"
    service = "lambda"
    not_found_codes = ("ResourceNotFoundException",)
    generated_name = ("name", 128)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "description": Property(),
        "functionName": Property(required=True, replaces=True, same=same_function),
        "functionVersion": Property(required=True),
        "invokeArn": Property(computed=True),
        "name": Property(computed=True, replaces=True),
        "routingConfig": Property(),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        created = self.client(call, planned).create_alias(
            FunctionName=planned["functionName"], Name=planned["name"], **_settings(planned)
        )
        return created["AliasArn"]

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        function, name = state["functionName"], state["name"]
        alias = self.client(call, state).get_alias(FunctionName=function, Name=name)
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        return {
            "arn": alias["AliasArn"],
            "description": alias.get("Description", ""),
            "functionName": function,
            "functionVersion": alias["FunctionVersion"],
            "invokeArn": invoke_arn(alias["AliasArn"]),
            "name": name,
            "routingConfig": {"additionalVersionWeights": dict(weights)} if weights else None,
        }

    def read(self, call: AwsCall, id: str, inputs: Values, state: Values) -> ReadResult | None:
        if state:
            return super().read(call, id, inputs, state)
        function, _, name = id.rpartition("/")
        if not function:
            return None
        found = super().read(call, id, inputs, {"functionName": function, "name": name})
        return found and ReadResult(found.outputs["arn"], found.inputs, {**found.outputs, "id": found.outputs["arn"]})

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self.client(call, planned).update_alias(
            FunctionName=planned["functionName"], Name=planned["name"], **_settings(planned)
        )

    def delete(self, call: AwsCall, id: str, old_inputs: Values, state: Values) -> None:
        """An alias that doesn't exist is an error, as in the official provider."""
        with self.explaining_errors("deleting", id):
            self.api_delete(call, id, state)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """AWS's DeleteAlias succeeds for an alias that doesn't exist, so the alias is looked up first."""
        client = self.client(call, state)
        client.get_alias(FunctionName=state["functionName"], Name=state["name"])
        client.delete_alias(FunctionName=state["functionName"], Name=state["name"])


def _settings(planned: Values) -> Any:
    """Without weights, an empty routing configuration is sent, which removes the weights that the alias may have."""
    weights = planned.get("routingConfig", {}).get("additionalVersionWeights", {})
    return {
        "Description": planned.get("description", ""),
        "FunctionVersion": planned["functionVersion"],
        "RoutingConfig": {"AdditionalVersionWeights": weights} if weights else {},
    }
