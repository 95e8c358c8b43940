"""aws:apigatewayv2/apiMapping:ApiMapping

It follows the source of the Terraform provider, because there is no recording:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/api_mapping.go
"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.casing import aws_name
from sandbox.offline.plugins.aws.clients import ApiGatewayV2Client
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values

_UPDATED = ("apiMappingKey", "stage")


class ApiMapping(AwsResource[ApiGatewayV2Client]):
    """Its id is AWS's. An import takes `<id>/<domain name>`."""

    token = "aws:apigatewayv2/apiMapping:ApiMapping"
    label = "API Gateway v2 API Mapping"
    service = "apigatewayv2"
    not_found_codes = ("NotFoundException",)
    import_id = "[^/]+/[^/]+"
    properties: ClassVar = {
        "apiId": Property(required=True, replaces=True),
        "apiMappingKey": Property(),
        "domainName": Property(required=True, replaces=True),
        "stage": Property(required=True),
    }

    def imported(self, id: str) -> tuple[str, Values] | None:
        mapping, _, domain = id.partition("/")
        return (mapping, {"domainName": domain}) if super().imported(id) else None

    def api_create(self, call: AwsCall, planned: Values) -> str:
        more: Any = {"ApiMappingKey": planned["apiMappingKey"]} if planned.get("apiMappingKey") else {}
        created = self.client(call, planned).create_api_mapping(
            ApiId=planned["apiId"], DomainName=planned["domainName"], Stage=planned["stage"], **more
        )
        return str(created["ApiMappingId"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found: Any = self.client(call, state).get_api_mapping(ApiMappingId=id, DomainName=state["domainName"])
        return {
            "apiId": found["ApiId"],
            "apiMappingKey": found.get("ApiMappingKey", ""),
            "domainName": state["domainName"],
            "stage": found["Stage"],
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Called even without a difference."""
        changed = planning.changed(state, planned)
        request: Any = {aws_name(key, {}): planned.get(key, "") for key in _UPDATED if key in changed}
        self.client(call, planned).update_api_mapping(
            ApiId=planned["apiId"], ApiMappingId=id, DomainName=planned["domainName"], **request
        )

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_api_mapping(ApiMappingId=id, DomainName=state["domainName"])
