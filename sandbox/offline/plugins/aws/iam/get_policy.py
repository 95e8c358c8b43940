"""aws:iam/getPolicy"""

from typing import ClassVar

from sandbox.offline.plugins.aws.clients import IAMClient
from sandbox.offline.plugins.aws.iam.policy import described
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values


class GetPolicy(AwsFunction):
    """A managed policy by its ARN, with the text of its default version."""

    token = "aws:iam/getPolicy:getPolicy"
    arguments: ClassVar = {"arn": Property(required=True)}

    def result(self, aws: Aws, arguments: Values) -> Values:
        client: IAMClient = aws.client("iam")
        values = described(client, arguments["arn"])
        return {**values, "id": values["arn"]}
