"""aws:dynamodb/getTable"""

from typing import ClassVar

from sandbox.offline.plugins.aws.dynamodb.description import described
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.resource import own_tags
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values


class GetTable(AwsFunction):
    """A table by its name."""

    token = "aws:dynamodb/getTable:getTable"
    arguments: ClassVar = {"name": Property(required=True), "region": Property()}

    def result(self, aws: Aws, arguments: Values) -> Values:
        region = arguments.get("region", aws.region)
        found = described(aws.client("dynamodb", region), arguments["name"])
        limits = found.pop("onDemandThroughput")
        return {
            "rangeKey": "",
            **found,
            "id": found["name"],
            "onDemandThroughputs": [limits] if limits else [],
            "region": region,
            "replicas": [],
            "tags": own_tags(found["tags"]),
            "warmThroughputs": [],
        }
