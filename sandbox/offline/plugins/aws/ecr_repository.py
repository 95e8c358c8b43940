"""aws:ecr/repository:Repository"""

from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.offline.plugins import planning
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, own_tags, tag_list, tag_map
from sandbox.offline.plugins.rules import Property, one_of
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_ENCRYPTION = {
    "encryptionType": Property(default="AES256", valid=one_of("AES256", "KMS", "KMS_DSSE")),
    "kmsKey": Property(computed=True),
}


class Repository(AwsResource):
    token = "aws:ecr/repository:Repository"
    label = "ECR Repository"
    gone = ("RepositoryNotFoundException",)
    autonamed = ("name", 256)
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

    def make(self, call: AwsCall, planned: Values) -> str:
        request: dict[str, Any] = {
            "repositoryName": planned["name"],
            "imageTagMutability": planned["imageTagMutability"],
            "tags": tag_list(own_tags(planned.get("tags", {}))),
            "imageScanningConfiguration": planned.get("imageScanningConfiguration", {"scanOnPush": False}),
        }
        if planned.get("encryptionConfigurations"):
            request["encryptionConfiguration"] = planned["encryptionConfigurations"][0]
        self._ecr(call, planned).create_repository(**request)
        return str(planned["name"])

    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        ecr = self._ecr(call, state)
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

    def tag(self, call: AwsCall, thing: str, planned: Values, changed: dict[str, str], removed: list[str]) -> None:
        ecr = self._ecr(call, planned)
        if removed:
            ecr.untag_resource(resourceArn=thing, tagKeys=removed)
        if changed:
            ecr.tag_resource(resourceArn=thing, tags=tag_list(changed))  # type: ignore[arg-type]  # a TypedDict

    def change(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        ecr = self._ecr(call, planned)
        if planned["imageTagMutability"] != state["imageTagMutability"]:
            ecr.put_image_tag_mutability(repositoryName=id, imageTagMutability=planned["imageTagMutability"])
        if "imageScanningConfiguration" in planning.changed(state, planned):
            scanning = planned.get("imageScanningConfiguration", {"scanOnPush": False})
            ecr.put_image_scanning_configuration(repositoryName=id, imageScanningConfiguration=scanning)

    def remove(self, call: AwsCall, id: str, state: Values) -> None:
        """Fails with AWS's RepositoryNotEmptyException if it holds images, unless forceDelete is set."""
        self._ecr(call, state).delete_repository(repositoryName=id, force=bool(state.get("forceDelete")))

    def _ecr(self, call: AwsCall, values: Values) -> "ECRClient":
        client: ECRClient = self.client("ecr", call, values)
        return client
