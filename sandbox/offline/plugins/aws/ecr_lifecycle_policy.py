"""aws:ecr/lifecyclePolicy:LifecyclePolicy"""

import json
from typing import TYPE_CHECKING, ClassVar

from sandbox.offline.plugins.aws.documents import compact, same_lifecycle
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property, json_text
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


class LifecyclePolicy(AwsResource):
    """Its id is the repository's name."""

    token = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    label = "ECR Lifecycle Policy"
    gone = ("LifecyclePolicyNotFoundException", "RepositoryNotFoundException")
    tagged = False
    properties: ClassVar = {
        "policy": Property(
            required=True, replaces=True, json=True, valid=json_text, normalise=compact, same=same_lifecycle
        ),
        "registryId": Property(computed=True),
        "repository": Property(required=True, replaces=True),
    }

    def title(self, values: Values, name: str) -> str:
        return str(values.get("repository", name))

    def make(self, call: AwsCall, planned: Values) -> str:
        repository, policy = planned["repository"], planned["policy"]
        if policy and not isinstance(json.loads(policy), dict):
            raise Refused(f"a lifecycle policy is a JSON object with `rules`, not {policy}")
        self._ecr(call, planned).put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=policy)
        return str(repository)

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self._ecr(call, state).get_lifecycle_policy(repositoryName=id)
        return {
            "policy": found["lifecyclePolicyText"],
            "registryId": found["registryId"],
            "repository": found["repositoryName"],
        }

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Nothing can be updated: every change replaces it."""

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self._ecr(call, state).delete_lifecycle_policy(repositoryName=id)

    def _ecr(self, call: AwsCall, values: Values) -> "ECRClient":
        client: ECRClient = self.client("ecr", call, values)
        return client
