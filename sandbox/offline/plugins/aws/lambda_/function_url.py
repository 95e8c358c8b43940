"""aws:lambda/functionUrl:FunctionUrl"""

from contextlib import suppress
from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.casing import from_aws, to_aws
from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.lambda_.api import same_function, target
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, at_most, one_of
from sandbox.offline.plugins.values import Values

_REQUEST = {"authorizationType": "AuthType", "cors": "Cors", "invokeMode": "InvokeMode"}


class FunctionUrl(AwsResource[LambdaClient]):
    """Its id is `<function>` or `<function>/<qualifier>`."""

    token = "aws:lambda/functionUrl:FunctionUrl"
    label = "Lambda Function URL"
    service = "lambda"
    not_found_codes = ("ResourceNotFoundException",)
    properties: ClassVar = {
        "authorizationType": Property(required=True, valid=one_of("NONE", "AWS_IAM")),
        "cors": Property(nested={"maxAge": Property(valid=at_most(86400))}),
        "functionArn": Property(computed=True),
        "functionName": Property(required=True, replaces=True, same=same_function),
        "functionUrl": Property(computed=True),
        "invokeMode": Property(default="BUFFERED", valid=one_of("BUFFERED", "RESPONSE_STREAM")),
        "qualifier": Property(replaces=True),
        "urlId": Property(computed=True),
    }

    def title(self, values: Values, name: str) -> str:
        function, qualifier = values["functionName"], values.get("qualifier")
        return f"{function}/{qualifier}" if qualifier else str(function)

    def api_create(self, call: AwsCall, planned: Values) -> str:
        id = self.title(planned, "")
        self.client(call, planned).create_function_url_config(**_target(id), **self._settings(planned))
        return id

    def after_create(self, call: AwsCall, id: str, planned: Values) -> None:
        if planned["authorizationType"] == "NONE":
            _allow_public_access(self.client(call, planned), id)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        function, _, qualifier = id.partition("/")
        found = self.client(call, state).get_function_url_config(**_target(id))
        url = found["FunctionUrl"]
        return {
            "authorizationType": found["AuthType"],
            "cors": self._cors(found.get("Cors")),
            "functionArn": found["FunctionArn"],
            "functionName": function,
            "functionUrl": url,
            "invokeMode": found.get("InvokeMode", "BUFFERED"),
            "qualifier": qualifier,
            "urlId": url.removeprefix("https://").partition(".")[0],
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        settings, changed = self._settings(planned), planning.changed(state, planned)
        request: Any = {name: settings[name] for key, name in _REQUEST.items() if key in changed}
        self.client(call, planned).update_function_url_config(**_target(id), **request)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """The statements for public access stay in the function's policy, as with the official provider."""
        self.client(call, state).delete_function_url_config(**_target(id))

    def _settings(self, planned: Values) -> Any:
        return {
            "AuthType": planned["authorizationType"],
            "Cors": to_aws(self.outputs_shape.properties["cors"], planned.get("cors", {}), {}),
            "InvokeMode": planned["invokeMode"],
        }

    def _cors(self, cors: Any) -> Any:
        if not cors:
            return None
        reported = from_aws(self.outputs_shape.properties["cors"], cors, {})
        return {"allowCredentials": False, "maxAge": 0, **reported}


def _target(id: str) -> Any:
    function, _, qualifier = id.partition("/")
    return target(function, qualifier)


def _allow_public_access(client: LambdaClient, id: str) -> None:
    """Adds the two statements without which AWS returns 403 at a URL without authorization.

    The official provider adds them when it creates the URL. Their names are those of the AWS console.
    """
    everyone: Any = {**_target(id), "Principal": "*"}
    with suppress(client.exceptions.ResourceConflictException):  # the statement of an earlier URL exists
        client.add_permission(
            **everyone,
            StatementId="FunctionURLAllowPublicAccess",
            Action="lambda:InvokeFunctionUrl",
            FunctionUrlAuthType="NONE",
        )
    with suppress(client.exceptions.ResourceConflictException):
        client.add_permission(
            **everyone,
            StatementId="FunctionURLAllowInvokeAction",
            Action="lambda:InvokeFunction",
            InvokedViaFunctionUrl=True,
        )
