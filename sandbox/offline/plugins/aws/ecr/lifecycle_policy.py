"""aws:ecr/lifecyclePolicy:LifecyclePolicy"""

import json
from typing import ClassVar

from sandbox.offline.plugins.aws.clients import ECRClient
from sandbox.offline.plugins.aws.documents import compact, same_lifecycle
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property, json_text
from sandbox.offline.plugins.values import Values


class LifecyclePolicy(AwsResource[ECRClient]):
    """Its id is the repository's name."""

    token = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    label = "ECR Lifecycle Policy"
    service = "ecr"
    not_found_codes = ("LifecyclePolicyNotFoundException", "RepositoryNotFoundException")
    title_property = "repository"
    delete_before_replace = True
    properties: ClassVar = {
        "policy": Property(
            required=True, replaces=True, json=True, valid=json_text, normalise=compact, same=same_lifecycle
        ),
        "registryId": Property(computed=True),
        "repository": Property(required=True, replaces=True),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        repository, policy = planned["repository"], planned["policy"]
        if policy and not isinstance(json.loads(policy), dict):
            raise Refused(f"a lifecycle policy is a JSON object with `rules`, not {policy}")
        self.client(call, planned).put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=policy)
        return str(repository)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        found = self.client(call, state).get_lifecycle_policy(repositoryName=id)
        return {
            "policy": found["lifecyclePolicyText"],
            "registryId": found["registryId"],
            "repository": found["repositoryName"],
        }

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        self.client(call, state).delete_lifecycle_policy(repositoryName=id)
