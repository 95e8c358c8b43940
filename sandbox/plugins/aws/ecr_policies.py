"""aws:ecr/lifecyclePolicy:LifecyclePolicy and aws:ecr/repositoryPolicy:RepositoryPolicy"""

import json
from typing import TYPE_CHECKING, ClassVar

from sandbox.plugins.aws.documents import compact, same_lifecycle, same_policy
from sandbox.plugins.aws.resource import AwsCall, AwsResource
from sandbox.plugins.errors import Refused
from sandbox.plugins.rules import Property, json_text
from sandbox.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


class _EcrPolicy(AwsResource):
    tagged = False

    def title(self, values: Values, name: str) -> str:
        return str(values.get("repository", name))

    def ecr(self, call: AwsCall, values: Values) -> "ECRClient":
        client: ECRClient = self.client("ecr", call, values)
        return client


class LifecyclePolicy(_EcrPolicy):
    token = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    label = "ECR Lifecycle Policy"
    gone = ("LifecyclePolicyNotFoundException", "RepositoryNotFoundException")
    properties: ClassVar = {
        "policy": Property(
            required=True, replaces=True, json=True, valid=json_text, normalise=compact, same=same_lifecycle
        ),
        "registryId": Property(computed=True),
        "repository": Property(required=True, replaces=True),
    }

    def make(self, call: AwsCall, planned: Values) -> str:
        policy = planned["policy"]
        if policy and not isinstance(json.loads(policy), dict):
            raise Refused(f"a lifecycle policy is a JSON object with `rules`, not {policy}")
        self.ecr(call, planned).put_lifecycle_policy(repositoryName=planned["repository"], lifecyclePolicyText=policy)
        return str(planned["repository"])

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self.ecr(call, state).get_lifecycle_policy(repositoryName=id)
        return {
            "policy": found["lifecyclePolicyText"],
            "registryId": found["registryId"],
            "repository": found["repositoryName"],
        }

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Nothing can be updated: every change replaces it."""

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self.ecr(call, state).delete_lifecycle_policy(repositoryName=id)


class RepositoryPolicy(_EcrPolicy):
    token = "aws:ecr/repositoryPolicy:RepositoryPolicy"
    label = "ECR Repository Policy"
    gone = ("RepositoryPolicyNotFoundException", "RepositoryNotFoundException")
    properties: ClassVar = {
        "policy": Property(required=True, json=True, valid=json_text, normalise=compact, same=same_policy),
        "registryId": Property(computed=True),
        "repository": Property(required=True, replaces=True),
    }

    def make(self, call: AwsCall, planned: Values) -> str:
        self._put(call, planned)
        return str(planned["repository"])

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self.ecr(call, state).get_repository_policy(repositoryName=id)
        return {
            "policy": found["policyText"],
            "registryId": found["registryId"],
            "repository": found["repositoryName"],
        }

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        self._put(call, planned)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        self.ecr(call, state).delete_repository_policy(repositoryName=id)

    def _put(self, call: AwsCall, planned: Values) -> None:
        ecr = self.ecr(call, planned)
        ecr.set_repository_policy(repositoryName=planned["repository"], policyText=planned["policy"])
