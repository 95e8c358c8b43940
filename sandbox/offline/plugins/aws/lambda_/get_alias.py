"""aws:lambda/getAlias"""

from typing import ClassVar

from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.failures import code_of
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.lambda_.api import invoke_arn
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values


class GetAlias(AwsFunction):
    token = "aws:lambda/getAlias:getAlias"
    arguments: ClassVar = {
        "functionName": Property(required=True),
        "name": Property(required=True),
        "region": Property(),
    }

    def result(self, aws: Aws, arguments: Values) -> Values:
        """As with the official provider, the result has no weights of other versions."""
        from botocore.exceptions import ClientError

        region = arguments.get("region", aws.region)
        client: LambdaClient = aws.client("lambda", region)
        try:
            found = client.get_alias(FunctionName=arguments["functionName"], Name=arguments["name"])
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            raise Refused("reading Lambda Alias: couldn't find resource") from error
        return {
            **arguments,
            "arn": found["AliasArn"],
            "description": found.get("Description", ""),
            "functionVersion": found["FunctionVersion"],
            "id": found["AliasArn"],
            "invokeArn": invoke_arn(found["AliasArn"]),
            "region": region,
        }
