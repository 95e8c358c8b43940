"""aws:ecr/getAuthorizationToken"""

import base64
from typing import ClassVar

from sandbox.offline.plugins.aws.clients import ECRClient
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Secret, Values


class GetAuthorizationToken(AwsFunction):
    token = "aws:ecr/getAuthorizationToken:getAuthorizationToken"
    arguments: ClassVar = {"registryId": Property(), "region": Property()}

    def result(self, aws: Aws, arguments: Values) -> Values:
        region = arguments.get("region", aws.region)
        ecr: ECRClient = aws.client("ecr", region)
        request = {"registryIds": [arguments["registryId"]]} if "registryId" in arguments else {}
        (data,) = ecr.get_authorization_token(**request)["authorizationData"]
        token = data["authorizationToken"]
        user, _, password = base64.b64decode(token).decode().partition(":")
        return {
            **arguments,
            "authorizationToken": Secret(token),
            "expiresAt": data["expiresAt"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "id": region,
            "password": Secret(password),
            "proxyEndpoint": data["proxyEndpoint"],
            "region": region,
            "userName": user,
        }
