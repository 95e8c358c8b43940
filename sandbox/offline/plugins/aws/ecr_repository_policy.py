"""aws:ecr/repositoryPolicy:RepositoryPolicy"""

from typing import TYPE_CHECKING, ClassVar

from sandbox.offline.plugins.aws.documents import compact, same_policy
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, json_text
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


class RepositoryPolicy(AwsResource):
    """Its id is the repository's name."""

    token = "aws:ecr/repositoryPolicy:RepositoryPolicy"
    label = "ECR Repository Policy"
    gone = ("RepositoryPolicyNotFoundException", "RepositoryNotFoundException")
    tagged = False
    properties: ClassVar = {
        "policy": Property(required=True, json=True, valid=json_text, normalise=compact, same=same_policy),
        "registryId": Property(computed=True),
        "repository": Property(required=True, replaces=True),
    }

    def title(self, values: Values, name: str) -> str:
        return str(values.get("repository", name))

    def make(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return str(planned["repository"])

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self._ecr(call, state).get_repository_policy(repositoryName=id)
        return {"policy": found["policyText"], "registryId": found["registryId"], "repository": found["repositoryName"]}

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._ecr(call, state).delete_repository_policy(repositoryName=id)

    def _put(self, call: AwsCall, planned: Values) -> None:
        ecr = self._ecr(call, planned)
        ecr.set_repository_policy(repositoryName=planned["repository"], policyText=planned["policy"])

    def _ecr(self, call: AwsCall, values: Values) -> "ECRClient":
        client: ECRClient = self.client("ecr", call, values)
        return client
