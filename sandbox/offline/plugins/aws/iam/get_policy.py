"""aws:iam/getPolicy"""

from typing import Any, ClassVar

from sandbox.offline.plugins.aws.clients import IAMClient
from sandbox.offline.plugins.aws.iam.role_policies import document
from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.resource import tag_map
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import Values


class GetPolicy(AwsFunction):
    """A managed policy by its ARN, with the text of its default version."""

    token = "aws:iam/getPolicy:getPolicy"
    arguments: ClassVar = {"arn": Property(required=True)}

    def result(self, aws: Aws, arguments: Values) -> Values:
        client: IAMClient = aws.client("iam")
        arn = arguments["arn"]
        policy: Any = client.get_policy(PolicyArn=arn)["Policy"]
        version = client.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        return {
            "arn": policy["Arn"],
            "attachmentCount": policy.get("AttachmentCount", 0),
            "description": policy.get("Description", ""),
            "id": policy["Arn"],
            "name": policy["PolicyName"],
            "path": policy["Path"],
            "policy": document(version["Document"]),
            "policyId": policy["PolicyId"],
            "tags": tag_map(policy.get("Tags", [])),
        }
