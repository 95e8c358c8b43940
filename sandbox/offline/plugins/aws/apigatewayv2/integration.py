"""aws:apigatewayv2/integration:Integration

It follows the source of the Terraform provider, because there is no recording:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/integration.go
"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.apigatewayv2.part_of_api import PartOfApi, without_unknown
from sandbox.offline.plugins.aws.casing import aws_name
from sandbox.offline.plugins.aws.resource import AwsCall
from sandbox.offline.plugins.rules import Property, one_of
from sandbox.offline.plugins.values import Values

_TYPES = ("AWS", "HTTP", "MOCK", "HTTP_PROXY", "AWS_PROXY")
_METHODS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_UNSUPPORTED = (
    *("connectionId", "contentHandlingStrategy", "credentialsArn", "integrationSubtype", "requestParameters"),
    *("requestTemplates", "responseParameters", "templateSelectionExpression", "tlsConfig"),
)
_PASSTHROUGH = "WHEN_NO_MATCH"
_SETTINGS = (
    "connectionType",
    "description",
    "integrationMethod",
    "integrationUri",
    "passthroughBehavior",
    "payloadFormatVersion",
    "timeoutMilliseconds",
)
_NAMES = {"timeoutMilliseconds": "TimeoutInMillis"}


class Integration(PartOfApi):
    token = "aws:apigatewayv2/integration:Integration"
    label = "API Gateway v2 Integration"
    properties: ClassVar = {
        **dict.fromkeys(_UNSUPPORTED, Property(output_only=True)),
        "apiId": Property(required=True, replaces=True),
        "connectionType": Property(default="INTERNET", valid=one_of("INTERNET", "VPC_LINK")),
        "description": Property(),
        "integrationMethod": Property(computed=True, valid=one_of(*_METHODS)),  # its removal is no difference
        "integrationResponseSelectionExpression": Property(computed=True),
        "integrationType": Property(required=True, replaces=True, valid=one_of(*_TYPES)),
        "integrationUri": Property(),
        "passthroughBehavior": Property(default=_PASSTHROUGH, valid=one_of(_PASSTHROUGH, "NEVER", "WHEN_NO_TEMPLATES")),
        "payloadFormatVersion": Property(default="1.0", valid=one_of("1.0", "2.0")),
        "timeoutMilliseconds": Property(computed=True),
    }

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        without_unknown(state, planned, "integrationMethod")
        if state and planned.get("passthroughBehavior") == _PASSTHROUGH and not state.get("passthroughBehavior"):
            planned["passthroughBehavior"] = ""  # AWS sets none for HTTP APIs

    def api_create(self, call: AwsCall, planned: Values) -> str:
        request: Any = {aws_name(key, _NAMES): planned[key] for key in _SETTINGS if planned.get(key)}
        created = self.client(call, planned).create_integration(
            ApiId=planned["apiId"], IntegrationType=planned["integrationType"], **request
        )
        return str(created["IntegrationId"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found: Any = self.client(call, state).get_integration(ApiId=state["apiId"], IntegrationId=id)
        expression = found.get("IntegrationResponseSelectionExpression", "")
        return {
            **{key: found.get(aws_name(key, _NAMES), "") for key in _SETTINGS},
            "apiId": state["apiId"],
            "integrationResponseSelectionExpression": expression,
            "integrationType": found["IntegrationType"],
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Called even without a difference, with the type alone."""
        changed = planning.changed(state, planned)
        request: Any = {aws_name(key, _NAMES): planned.get(key, "") for key in _SETTINGS if key in changed}
        self.client(call, planned).update_integration(
            ApiId=planned["apiId"], IntegrationId=id, IntegrationType=planned["integrationType"], **request
        )

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_integration(ApiId=state["apiId"], IntegrationId=id)
