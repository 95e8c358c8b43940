"""aws:apigatewayv2/stage:Stage

It follows the source of the Terraform provider, because there is no recording:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/stage.go
"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.apigatewayv2.part_of_api import PartOfApi, execution_arn, without_unknown
from sandbox.offline.plugins.aws.casing import aws_name, from_aws, to_aws
from sandbox.offline.plugins.aws.resource import AwsCall, Tagging
from sandbox.offline.plugins.rules import Property, arn, length, one_of
from sandbox.offline.plugins.values import Values

_UNSUPPORTED = ("clientCertificateId", "routeSettings", "stageVariables")
_LIMITS = {"throttlingBurstLimit": 0, "throttlingRateLimit": 0}


class Stage(PartOfApi):
    token = "aws:apigatewayv2/stage:Stage"
    label = "API Gateway v2 Stage"
    tagging = Tagging("ResourceArn", form=dict)
    generated_name = ("name", 128)
    properties: ClassVar = {
        **dict.fromkeys(_UNSUPPORTED, Property(output_only=True)),
        "accessLogSettings": Property(
            nested={"destinationArn": Property(required=True, valid=arn), "format": Property(required=True)}
        ),
        "apiId": Property(required=True, replaces=True),
        "arn": Property(computed=True),
        "autoDeploy": Property(default=False),
        "defaultRouteSettings": Property(
            computed=True,  # its removal is no difference
            nested={
                "dataTraceEnabled": Property(default=False),
                "detailedMetricsEnabled": Property(default=False),
                "loggingLevel": Property(computed=True, valid=one_of("ERROR", "INFO", "OFF")),
            },
        ),
        "deploymentId": Property(computed=True),
        "description": Property(valid=length(0, 1024)),
        "executionArn": Property(computed=True),
        "invokeUrl": Property(computed=True),
        "name": Property(computed=True, replaces=True, valid=length(1, 128)),
    }

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        super().adjust_plan(call, state, planned)
        without_unknown(state, planned, "defaultRouteSettings")

    def api_create(self, call: AwsCall, planned: Values) -> str:
        names = ("accessLogSettings", "defaultRouteSettings", "deploymentId", "description")
        request = self._request(planned, [name for name in names if planned.get(name)])
        created = self.client(call, planned).create_stage(
            ApiId=planned["apiId"],
            AutoDeploy=planned["autoDeploy"],
            StageName=planned["name"],
            Tags=self.new_tags(planned),
            **request,
        )
        return str(created["StageName"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        api, region = state["apiId"], state.get("region", call.session.region)
        found: Any = self.client(call, state).get_stage(ApiId=api, StageName=id)
        logs, settings = found.get("AccessLogSettings"), found.get("DefaultRouteSettings", {})
        shapes = self.outputs_shape.properties
        reported = from_aws(shapes["defaultRouteSettings"], settings, {})
        path = "" if id == "$default" else id
        return {
            "accessLogSettings": from_aws(shapes["accessLogSettings"], logs, {}) if logs else None,
            "apiId": api,
            "arn": f"arn:aws:apigateway:{region}::/apis/{api}/stages/{id}",
            "autoDeploy": found.get("AutoDeploy", False),
            "defaultRouteSettings": {
                **{"dataTraceEnabled": False, "detailedMetricsEnabled": False, "loggingLevel": ""},
                **_LIMITS,
                **reported,
            },
            "deploymentId": found.get("DeploymentId", ""),
            "description": found.get("Description", ""),
            "executionArn": execution_arn(call, region, api, id),
            "invokeUrl": f"https://{api}.execute-api.{region}.amazonaws.com/{path}",
            "name": found["StageName"],
            "tags": found.get("Tags", {}),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        names = ("accessLogSettings", "autoDeploy", "defaultRouteSettings", "deploymentId", "description")
        changed = [name for name in names if name in planning.changed(state, planned)]
        if changed:
            request = self._request(planned, changed)
            self.client(call, planned).update_stage(ApiId=planned["apiId"], StageName=id, **request)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_stage(ApiId=state["apiId"], StageName=id)

    def _request(self, planned: Values, names: list[str]) -> Any:
        """As the official provider sends it for an HTTP API: a limit that isn't given is 0, which refuses requests."""
        shapes, request = self.outputs_shape.properties, {name: planned.get(name, "") for name in names}
        if "defaultRouteSettings" in request:
            given = {key: value for key, value in planned["defaultRouteSettings"].items() if key != "dataTraceEnabled"}
            request["defaultRouteSettings"] = {**_LIMITS, **given}
        if "accessLogSettings" in request:
            request["accessLogSettings"] = planned.get("accessLogSettings", {})
        return {aws_name(name, {}): to_aws(shapes[name], value, {}) for name, value in request.items()}
