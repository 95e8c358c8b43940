"""The base class of the resource types that are parts of an API."""

import re
from typing import Any

from sandbox.offline.plugins.aws.clients import ApiGatewayV2Client
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.resource import ReadResult
from sandbox.offline.plugins.values import UNKNOWN, Values


class PartOfApi(AwsResource[ApiGatewayV2Client]):
    """Its id is that within the API. An import takes `<API's id>/<id>`."""

    service = "apigatewayv2"
    not_found_codes = ("NotFoundException",)

    def read(self, call: AwsCall, id: str, inputs: Values, state: Values) -> ReadResult | None:
        if state:
            return super().read(call, id, inputs, state)
        if not re.fullmatch("[^/]+/[^/]+", id):
            return None
        api, _, part = id.partition("/")
        return super().read(call, part, inputs, {"apiId": api})


def without_unknown(state: Values, planned: Values, *names: str) -> None:
    """Plan properties that AWS sets, and that the program doesn't, as absent in a create, like the official provider,
    whose schema doesn't say that AWS sets them. In an update they stay as they are."""
    for name in names:
        if not state and planned.get(name) is UNKNOWN:
            del planned[name]


def execution_arn(call: AwsCall, region: str, *parts: str) -> str:
    """The ARN by which policies name what an API serves."""
    account: Any = call.session.client("sts").get_caller_identity()["Account"]
    return f"arn:aws:execute-api:{region}:{account}:{'/'.join(parts)}"
