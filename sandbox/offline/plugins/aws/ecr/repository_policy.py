"""aws:ecr/repositoryPolicy:RepositoryPolicy"""

from typing import ClassVar

from sandbox.offline.plugins.aws.clients import ECRClient
from sandbox.offline.plugins.aws.documents import compact, same_policy
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.rules import Property, json_text
from sandbox.offline.plugins.values import Values


class RepositoryPolicy(AwsResource[ECRClient]):
    """Its id is the repository's name."""

    token = "aws:ecr/repositoryPolicy:RepositoryPolicy"
    label = "ECR Repository Policy"
    service = "ecr"
    not_found_codes = ("RepositoryPolicyNotFoundException", "RepositoryNotFoundException")
    title_property = "repository"
    properties: ClassVar = {
        "policy": Property(required=True, json=True, valid=json_text, normalise=compact, same=same_policy),
        "registryId": Property(computed=True),
        "repository": Property(required=True, replaces=True),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return str(planned["repository"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self.client(call, state).get_repository_policy(repositoryName=id)
        return {"policy": found["policyText"], "registryId": found["registryId"], "repository": found["repositoryName"]}

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_repository_policy(repositoryName=id)

    def _put(self, call: AwsCall, planned: Values) -> None:
        ecr = self.client(call, planned)
        ecr.set_repository_policy(repositoryName=planned["repository"], policyText=planned["policy"])
