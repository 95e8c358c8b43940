"""aws:ecr/repository:Repository"""

from typing import Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.clients import ECRClient
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import Property, one_of
from sandbox.offline.plugins.values import Values

_ENCRYPTION = {
    "encryptionType": Property(default="AES256", valid=one_of("AES256", "KMS", "KMS_DSSE")),
    "kmsKey": Property(computed=True),
}


class Repository(AwsResource[ECRClient]):
    token = "aws:ecr/repository:Repository"
    label = "ECR Repository"
    service = "ecr"
    not_found_codes = ("RepositoryNotFoundException",)
    tagging = Tagging("resourceArn", keys="tagKeys", tags="tags")
    generated_name = ("name", 256)
    properties: ClassVar = {
        "arn": Property(computed=True),
        "encryptionConfigurations": Property(computed=True, replaces=True, nested=_ENCRYPTION),
        "forceDelete": Property(),
        "imageScanningConfiguration": Property(nested={"scanOnPush": Property(required=True)}),
        "imageTagMutability": Property(default="MUTABLE", valid=one_of("MUTABLE", "IMMUTABLE")),
        "name": Property(computed=True, replaces=True),
        "registryId": Property(computed=True),
        "repositoryUrl": Property(computed=True),
    }

    def api_create(self, call: AwsCall, planned: Values) -> str:
        request: dict[str, Any] = {
            "repositoryName": planned["name"],
            "imageTagMutability": planned["imageTagMutability"],
            "tags": self.new_tags(planned),
            "imageScanningConfiguration": planned.get("imageScanningConfiguration", {"scanOnPush": False}),
        }
        if planned.get("encryptionConfigurations"):
            request["encryptionConfiguration"] = planned["encryptionConfigurations"][0]
        self.client(call, planned).create_repository(**request)
        return str(planned["name"])

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        ecr = self.client(call, state)
        (repository,) = ecr.describe_repositories(repositoryNames=[id])["repositories"]
        encryption = repository.get("encryptionConfiguration", {"encryptionType": "AES256"})
        scanning = repository.get("imageScanningConfiguration", {})
        return {
            "arn": repository["repositoryArn"],
            "encryptionConfigurations": [{"kmsKey": "", **encryption}],
            "imageScanningConfiguration": {"scanOnPush": scanning.get("scanOnPush", False)},
            "imageTagMutability": repository["imageTagMutability"],
            "name": repository["repositoryName"],
            "registryId": repository["registryId"],
            "repositoryUrl": repository["repositoryUri"],
            "tags": tag_map(ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]),
        }

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        ecr = self.client(call, planned)
        if planned["imageTagMutability"] != state["imageTagMutability"]:
            ecr.put_image_tag_mutability(repositoryName=id, imageTagMutability=planned["imageTagMutability"])
        if "imageScanningConfiguration" in planning.changed(state, planned):
            scanning = planned.get("imageScanningConfiguration", {"scanOnPush": False})
            ecr.put_image_scanning_configuration(repositoryName=id, imageScanningConfiguration=scanning)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        """AWS refuses to delete a repository with images (RepositoryNotEmptyException), unless forceDelete is set."""
        self.client(call, state).delete_repository(repositoryName=id, force=bool(state.get("forceDelete")))
