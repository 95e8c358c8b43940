"""aws:apigatewayv2/route:Route

It follows the source of the Terraform provider, because there is no recording:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/route.go
"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.apigatewayv2.part_of_api import PartOfApi
from sandbox.offline.plugins.aws.casing import aws_name
from sandbox.offline.plugins.aws.resource import AwsCall
from sandbox.offline.plugins.rules import Property, in_any_order, length, one_of
from sandbox.offline.plugins.values import Values

_UNSUPPORTED = (
    *("modelSelectionExpression", "requestModels", "requestParameters", "routeResponseSelectionExpression"),
)
_SETTINGS = (
    "apiKeyRequired",
    "authorizationScopes",
    "authorizationType",
    "authorizerId",
    "operationName",
    "routeKey",
    "target",
)
_ABSENT: Values = {"apiKeyRequired": False, "authorizationScopes": []}
"""The values of absent properties other than texts."""


class Route(PartOfApi):
    token = "aws:apigatewayv2/route:Route"
    label = "API Gateway v2 Route"
    title_property = "routeKey"
    properties: ClassVar = {
        **dict.fromkeys(_UNSUPPORTED, Property(output_only=True)),
        "apiId": Property(required=True, replaces=True),
        "apiKeyRequired": Property(default=False),
        "authorizationScopes": Property(same=in_any_order),
        "authorizationType": Property(default="NONE", valid=one_of("NONE", "AWS_IAM", "CUSTOM", "JWT")),
        "authorizerId": Property(),
        "operationName": Property(valid=length(1, 64)),
        "routeKey": Property(required=True),
        "target": Property(valid=length(1, 128)),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        always = ("apiKeyRequired", "authorizationType", "routeKey")
        request: Any = {aws_name(key, {}): planned[key] for key in _SETTINGS if key in always or planned.get(key)}
        return str(self.client(call, planned).create_route(ApiId=planned["apiId"], **request)["RouteId"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found: Any = self.client(call, state).get_route(ApiId=state["apiId"], RouteId=id)
        reported = {key: found.get(aws_name(key, {}), _ABSENT.get(key, "")) for key in _SETTINGS}
        return {**reported, "apiId": state["apiId"]}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        changed = planning.changed(state, planned)
        if "authorizerId" in changed:
            changed.append("authorizationType")
        request: Any = {
            aws_name(key, {}): planned.get(key, _ABSENT.get(key, "")) for key in _SETTINGS if key in changed
        }
        if request:
            self.client(call, planned).update_route(ApiId=planned["apiId"], RouteId=id, **request)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_route(ApiId=state["apiId"], RouteId=id)
