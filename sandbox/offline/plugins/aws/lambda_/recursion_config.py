"""aws:lambda/functionRecursionConfig:FunctionRecursionConfig

It follows the source of the Terraform provider, because there is no recording.
"""

from typing import ClassVar

from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, matching, one_of
from sandbox.offline.plugins.values import Values

_NAME = matching(
    r"(arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]+(:[\w$-]+)?", "must be valid function name or function ARN"
)


class FunctionRecursionConfig(AwsResource[LambdaClient]):
    """Its id is the function's name. Every function has such a setting, so a delete sets AWS's default again."""

    token = "aws:lambda/functionRecursionConfig:FunctionRecursionConfig"
    label = "Lambda Function Recursion Config"
    service = "lambda"
    not_found_codes = ("ResourceNotFoundException",)
    uses_plugin_framework = True
    title_property = "functionName"
    properties: ClassVar = {
        "functionName": Property(required=True, replaces=True, valid=_NAME),
        "recursiveLoop": Property(required=True, valid=one_of("Allow", "Terminate")),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned["functionName"], planned)
        return str(planned["functionName"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self.client(call, state).get_function_recursion_config(FunctionName=id)
        return {"functionName": id, "recursiveLoop": found["RecursiveLoop"]}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, id, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self._put(call, id, {**state, "recursiveLoop": "Terminate"})

    def _put(self, call: AwsCall, function: str, values: Values) -> None:
        client = self.client(call, values)
        client.put_function_recursion_config(FunctionName=function, RecursiveLoop=values["recursiveLoop"])
