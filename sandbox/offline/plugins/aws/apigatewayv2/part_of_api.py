"""The base class of the resource types that are parts of an API."""

from sandbox.offline.plugins.aws.clients import ApiGatewayV2Client
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.values import UNKNOWN, Values


class PartOfApi(AwsResource[ApiGatewayV2Client]):
    """Its id is that within the API. An import takes `<API's id>/<id>`."""

    service = "apigatewayv2"
    not_found_codes = ("NotFoundException",)
    import_id = "[^/]+/[^/]+"

    def imported(self, id: str) -> tuple[str, Values] | None:
        api, _, part = id.partition("/")
        return (part, {"apiId": api}) if super().imported(id) else None


def without_unknown(state: Values, planned: Values, name: str) -> None:
    """Plan a property that AWS sets, and that the program doesn't, as absent in a create, like the official provider,
    whose schema doesn't say that AWS sets it. In an update it stays as it is."""
    if not state and planned.get(name) is UNKNOWN:
        del planned[name]


def execution_arn(call: AwsCall, region: str, *parts: str) -> str:
    """The ARN by which policies name what an API serves."""
    return f"arn:aws:execute-api:{region}:{call.session.account}:{'/'.join(parts)}"
