"""aws:apigatewayv2/domainName:DomainName

It follows the source of the Terraform provider, because there is no recording:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/domain_name.go
"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.casing import from_aws, to_aws
from sandbox.offline.plugins.aws.clients import ApiGatewayV2Client
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging
from sandbox.offline.plugins.rules import Property, arn, length, one_of
from sandbox.offline.plugins.values import Values

_NAMES = {"targetDomainName": "ApiGatewayDomainName"}
_SET_BY_AWS = ("hostedZoneId", "targetDomainName")
_MODES = ("API_MAPPING_ONLY", "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_API_MAPPING")


class DomainName(AwsResource[ApiGatewayV2Client]):
    """Its id is the name. The official provider waits until it is available, which it is at once in the emulator."""

    token = "aws:apigatewayv2/domainName:DomainName"
    label = "API Gateway v2 Domain Name"
    service = "apigatewayv2"
    not_found_codes = ("NotFoundException",)
    tagging = Tagging("ResourceArn", form=dict)
    title_property = "domainName"
    properties: ClassVar = {
        "apiMappingSelectionExpression": Property(computed=True),
        "arn": Property(computed=True),
        "domainName": Property(required=True, replaces=True, valid=length(1, 512)),
        "domainNameConfiguration": Property(
            required=True,
            nested={
                "certificateArn": Property(required=True, valid=arn),
                "endpointType": Property(required=True, valid=one_of("REGIONAL")),
                "hostedZoneId": Property(computed=True),
                "ipAddressType": Property(computed=True, valid=one_of("ipv4", "dualstack")),
                "ownershipVerificationCertificateArn": Property(computed=True, valid=arn),
                "securityPolicy": Property(required=True, valid=one_of("TLS_1_2")),
                "targetDomainName": Property(computed=True),
            },
        ),
        "mutualTlsAuthentication": Property(output_only=True),
        "routingMode": Property(computed=True, valid=one_of(*_MODES)),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        more: Any = {"RoutingMode": planned["routingMode"]} if planned.get("routingMode") else {}
        created = self.client(call, planned).create_domain_name(
            DomainName=planned["domainName"],
            DomainNameConfigurations=self._configurations(planned),
            Tags=self.new_tags(planned),
            **more,
        )
        return str(created["DomainName"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found: Any = self.client(call, state).get_domain_name(DomainName=id)
        shape, (configuration, *_) = (
            self.outputs_shape.properties["domainNameConfiguration"],
            found["DomainNameConfigurations"],
        )
        region = state.get("region", call.session.region)
        return {
            "apiMappingSelectionExpression": found["ApiMappingSelectionExpression"],
            "arn": f"arn:aws:apigateway:{region}::/domainnames/{id}",
            "domainName": found["DomainName"],
            "domainNameConfiguration": from_aws(shape, configuration, _NAMES),
            "routingMode": found.get("RoutingMode", ""),
            "tags": found.get("Tags", {}),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        changed = planning.changed(state, planned)
        if {"domainNameConfiguration", "routingMode"}.intersection(changed):
            more: Any = {"RoutingMode": planned["routingMode"]} if "routingMode" in changed else {}
            self.client(call, planned).update_domain_name(
                DomainName=id, DomainNameConfigurations=self._configurations(planned), **more
            )

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_domain_name(DomainName=id)

    def _configurations(self, planned: Values) -> Any:
        given = {
            name: value
            for name, value in planned["domainNameConfiguration"].items()
            if name not in _SET_BY_AWS and value
        }
        return [to_aws(self.outputs_shape.properties["domainNameConfiguration"], given, _NAMES)]
