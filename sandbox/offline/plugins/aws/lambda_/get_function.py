"""aws:lambda/getFunction"""

from typing import Any, ClassVar

from sandbox.offline.plugins.aws.clients import LambdaClient
from sandbox.offline.plugins.aws.failures import code_of
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.lambda_ import api
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values

_BLOCKS = {
    "deadLetterConfig": "deadLetterConfigs",
    "environment": "environments",
    "ephemeralStorage": "ephemeralStorages",
    "fileSystemConfig": "fileSystemConfigs",
    "loggingConfig": "loggingConfigs",
    "tracingConfig": "tracingConfigs",
    "vpcConfig": "vpcConfigs",
}
"""The blocks of the resource, each of which is a list with at most one element here."""
_NOT_RETURNED = {"imageConfig", "name", "packageType", "snapStart"}


class GetFunction(AwsFunction):
    token = "aws:lambda/getFunction:getFunction"
    arguments: ClassVar = {"functionName": Property(required=True), "qualifier": Property(), "region": Property()}

    def result(self, aws: Aws, arguments: Values) -> Values:
        """Without a qualifier, it returns the newest published version."""
        name, region = arguments["functionName"], arguments.get("region", aws.region)
        client: LambdaClient = aws.client("lambda", region)
        qualifier = arguments.get("qualifier") or api.latest_version(client, name)[0]
        answer = _describe(client, name, qualifier)
        found = api.function_properties(self.shapes.outputs_of("aws:lambda/function:Function"), answer)
        version = answer["Configuration"]["Version"]
        blocks = {plural: [found[block]] if found[block] else [] for block, plural in _BLOCKS.items()}
        kept = {key: value for key, value in found.items() if key not in _BLOCKS and key not in _NOT_RETURNED}
        qualified = f"{found['arn']}:{version}"
        return {
            **arguments,
            **kept,
            **blocks,
            "id": name,
            "qualifiedArn": qualified,
            "qualifiedInvokeArn": api.invoke_arn(qualified),
            "region": region,
            "version": version,
        }


def _describe(client: LambdaClient, name: str, qualifier: str) -> Any:
    """Returns the response of GetFunction for a version or an alias."""
    from botocore.exceptions import ClientError

    try:
        return client.get_function(FunctionName=name, Qualifier=qualifier)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        raise Refused(f"reading Lambda Function ({name}): couldn't find version or alias {qualifier}") from error
