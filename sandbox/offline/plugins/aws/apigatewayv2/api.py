"""aws:apigatewayv2/api:Api

It follows the source of the Terraform provider, because there is no recording:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/api.go
"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.apigatewayv2.part_of_api import execution_arn
from sandbox.offline.plugins.aws.casing import aws_name, from_aws, to_aws
from sandbox.offline.plugins.aws.clients import ApiGatewayV2Client
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging
from sandbox.offline.plugins.rules import Property, in_any_order, length, one_of
from sandbox.offline.plugins.values import Values

_UPDATED = (
    "apiKeySelectionExpression",
    "description",
    "disableExecuteApiEndpoint",
    "ipAddressType",
    "name",
    "routeSelectionExpression",
    "version",
)
"""What UpdateApi takes, except for CORS."""
_LISTS = ("allowHeaders", "allowMethods", "allowOrigins", "exposeHeaders")


def _same_texts(old: Any, new: Any) -> bool:
    return in_any_order([text.lower() for text in old or ()], [text.lower() for text in new or ()])


class Api(AwsResource[ApiGatewayV2Client]):
    """Its id is AWS's. The arguments for an API that is created with a route, or from a document, are unsupported."""

    token = "aws:apigatewayv2/api:Api"
    label = "API Gateway v2 API"
    service = "apigatewayv2"
    not_found_codes = ("NotFoundException",)
    tagging = Tagging("ResourceArn", form=dict)
    generated_name = ("name", 128)
    properties: ClassVar = {
        "apiEndpoint": Property(computed=True),
        "apiKeySelectionExpression": Property(
            default="$request.header.x-api-key",
            valid=one_of("$context.authorizer.usageIdentifierKey", "$request.header.x-api-key"),
        ),
        "arn": Property(computed=True),
        **dict.fromkeys(("body", "credentialsArn", "failOnWarnings", "routeKey", "target"), Property(output_only=True)),
        "corsConfiguration": Property(nested=dict.fromkeys(_LISTS, Property(same=_same_texts))),
        "description": Property(valid=length(0, 1024)),
        "disableExecuteApiEndpoint": Property(),
        "executionArn": Property(computed=True),
        "ipAddressType": Property(computed=True, valid=one_of("ipv4", "dualstack")),
        "name": Property(computed=True, valid=length(1, 128)),
        "protocolType": Property(required=True, replaces=True, valid=one_of("WEBSOCKET", "HTTP")),
        "routeSelectionExpression": Property(default="$request.method $request.path"),
        "version": Property(valid=length(1, 64)),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        request: Any = {aws_name(key, {}): planned[key] for key in _UPDATED if planned.get(key)}
        if planned.get("corsConfiguration"):
            request["CorsConfiguration"] = self._cors(planned)
        created = self.client(call, planned).create_api(
            ProtocolType=planned["protocolType"], Tags=self.new_tags(planned), **request
        )
        return str(created["ApiId"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found: Any = self.client(call, state).get_api(ApiId=id)
        region = state.get("region", call.session.region)
        cors = from_aws(self.outputs_shape.properties["corsConfiguration"], found.get("CorsConfiguration", {}), {})
        return {
            **{key: found.get(aws_name(key, {}), "") for key in _UPDATED},
            "apiEndpoint": found["ApiEndpoint"],
            "arn": f"arn:aws:apigateway:{region}::/apis/{id}",
            "corsConfiguration": {"allowCredentials": False, "maxAge": 0, **cors} if any(cors.values()) else None,
            "disableExecuteApiEndpoint": found.get("DisableExecuteApiEndpoint", False),
            "executionArn": execution_arn(call, region, id),
            "ipAddressType": found.get("IpAddressType", "ipv4"),  # which the emulator doesn't return
            "protocolType": found["ProtocolType"],
            "tags": found.get("Tags", {}),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        client, changed = self.client(call, planned), planning.changed(state, planned)
        request: Any = {aws_name(key, {}): planned.get(key, "") for key in _UPDATED if key in changed}
        if "disableExecuteApiEndpoint" in changed:
            request["DisableExecuteApiEndpoint"] = planned.get("disableExecuteApiEndpoint", False)
        if "corsConfiguration" in changed:
            if planned.get("corsConfiguration"):
                request["CorsConfiguration"] = self._cors(planned)
            else:
                client.delete_cors_configuration(ApiId=id)
        if request:
            client.update_api(ApiId=id, **request)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_api(ApiId=id)

    def _cors(self, planned: Values) -> Any:
        given = {
            "allowCredentials": False,
            "maxAge": 0,
            **{name: [] for name in _LISTS},
            **planned["corsConfiguration"],
        }
        return to_aws(self.outputs_shape.properties["corsConfiguration"], given, {})
