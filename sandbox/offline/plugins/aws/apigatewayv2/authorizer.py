"""aws:apigatewayv2/authorizer:Authorizer

It follows the source of the Terraform provider, because there is no recording:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/authorizer.go
"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.apigatewayv2.part_of_api import PartOfApi
from sandbox.offline.plugins.aws.casing import aws_name, from_aws, to_aws
from sandbox.offline.plugins.aws.resource import AwsCall
from sandbox.offline.plugins.rules import Property, in_any_order, in_range, length, one_of
from sandbox.offline.plugins.values import Values

_UNSUPPORTED = (
    *("authorizerCredentialsArn", "authorizerPayloadFormatVersion", "authorizerUri", "enableSimpleResponses"),
)
_SETTINGS = ("authorizerResultTtlInSeconds", "authorizerType", "identitySources", "jwtConfiguration", "name")
_NAMES = {"audiences": "Audience", "identitySources": "IdentitySource"}


class Authorizer(PartOfApi):
    """One that accepts tokens. The arguments for one that invokes a function are unsupported.

    While a route has it, the official provider tries to delete it for half an hour. This one reports the error at once.
    """

    token = "aws:apigatewayv2/authorizer:Authorizer"
    label = "API Gateway v2 Authorizer"
    generated_name = ("name", 128)
    properties: ClassVar = {
        **dict.fromkeys(_UNSUPPORTED, Property(output_only=True)),
        "apiId": Property(required=True, replaces=True),
        "authorizerResultTtlInSeconds": Property(computed=True, valid=in_range(0, 3600)),
        "authorizerType": Property(required=True, valid=one_of("REQUEST", "JWT")),
        "identitySources": Property(same=in_any_order),
        "jwtConfiguration": Property(nested={"audiences": Property(same=in_any_order)}),
        "name": Property(computed=True, valid=length(1, 128)),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        given = [name for name in _SETTINGS if planned.get(name) or name == "identitySources"]
        request = self._request({**planned, "identitySources": planned.get("identitySources", [])}, given)
        return str(self.client(call, planned).create_authorizer(ApiId=planned["apiId"], **request)["AuthorizerId"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found: Any = self.client(call, state).get_authorizer(ApiId=state["apiId"], AuthorizerId=id)
        shape, tokens = self.outputs_shape.properties["jwtConfiguration"], found.get("JwtConfiguration")
        return {
            "apiId": state["apiId"],
            # The emulator has one also for tokens, whose results AWS doesn't store.
            "authorizerResultTtlInSeconds": 0
            if found["AuthorizerType"] == "JWT"
            else found.get("AuthorizerResultTtlInSeconds", 0),
            "authorizerType": found["AuthorizerType"],
            "identitySources": found.get("IdentitySource", []),
            "jwtConfiguration": from_aws(shape, tokens, _NAMES) if tokens else None,
            "name": found["Name"],
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Called even without a difference, with the id alone."""
        changed = [name for name in _SETTINGS if name in planning.changed(state, planned)]
        request = self._request(planned, changed)
        self.client(call, planned).update_authorizer(ApiId=planned["apiId"], AuthorizerId=id, **request)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_authorizer(ApiId=state["apiId"], AuthorizerId=id)

    def _request(self, planned: Values, names: list[str]) -> Any:
        shapes = self.outputs_shape.properties
        absent: Values = {"identitySources": [], "jwtConfiguration": {}}
        values = {name: planned.get(name, absent.get(name)) for name in names}
        return {aws_name(name, _NAMES): to_aws(shapes[name], value, _NAMES) for name, value in values.items()}
