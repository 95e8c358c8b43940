"""aws:index/getCallerIdentity, getRegion and getPartition"""

from typing import ClassVar

from sandbox.offline.plugins.aws.clients import STSClient
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values

_DESCRIPTIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
    "eu-central-1": "Europe (Frankfurt)",
    "eu-north-1": "Europe (Stockholm)",
    "eu-west-1": "Europe (Ireland)",
    "eu-west-2": "Europe (London)",
    "eu-west-3": "Europe (Paris)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
}


class GetCallerIdentity(AwsFunction):
    token = "aws:index/getCallerIdentity:getCallerIdentity"

    def result(self, aws: Aws, arguments: Values) -> Values:
        sts: STSClient = aws.client("sts")
        caller = sts.get_caller_identity()
        account = caller["Account"]
        return {"accountId": account, "arn": caller["Arn"], "id": account, "userId": caller["UserId"]}


class GetRegion(AwsFunction):
    token = "aws:index/getRegion:getRegion"
    arguments: ClassVar = {"region": Property(), "name": Property()}

    def result(self, aws: Aws, arguments: Values) -> Values:
        """The argument `name` is the deprecated form of `region`."""
        region = arguments.get("region") or arguments.get("name") or aws.region
        if region not in _DESCRIPTIONS:
            raise Refused(f"finding Region by name ({region}): the local plugin supports {', '.join(_DESCRIPTIONS)}")
        return {
            "description": _DESCRIPTIONS[region],
            "endpoint": f"ec2.{region}.amazonaws.com",
            "id": region,
            "name": region,
            "region": region,
        }


class GetPartition(AwsFunction):
    token = "aws:index/getPartition:getPartition"

    def result(self, aws: Aws, arguments: Values) -> Values:
        """The emulator is in the commercial partition, whatever the region."""
        return {"dnsSuffix": "amazonaws.com", "id": "aws", "partition": "aws", "reverseDnsPrefix": "com.amazonaws"}
