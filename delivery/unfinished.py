"""What an update that didn't finish left behind, read from the stack's state alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Resource = Mapping[str, Any]
"""As `pulumi stack export` writes it."""

BUILD_RECORD = "pulumi:index:Stash"
IMAGE = "docker:index/image:Image"
STACK_TYPE = "pulumi:pulumi:Stack"
IMPORT_IDS = {
    "aws:cloudwatch/logGroup:LogGroup": "{name}",
    "aws:ecr/repository:Repository": "{name}",
    "aws:iam/role:Role": "{name}",
    "aws:kms/alias:Alias": "{name}",
    "aws:lambda/alias:Alias": "{functionName}/{name}",
    "aws:lambda/function:Function": "{name}",
    "aws:lambda/functionUrl:FunctionUrl": "{functionName}/{qualifier}",
    "aws:lambda/permission:Permission": "{function}:{qualifier}/{statementId}",
    "aws:s3/bucket:Bucket": "{bucket}",
    "aws:scheduler/schedule:Schedule": "default/{name}",
    "aws:secretsmanager/secret:Secret": "{name}",
    "aws:ssm/parameter:Parameter": "{name}",
}
"""By type, the id that `pulumi import` takes, made of inputs. AWS refuses to create one of these that is there already.

The program's other types need no import: AWS makes a queue, a topic or a policy again without a word, and the rest
leaves nothing behind. But for two whose ids nobody knows beforehand, which have to be deleted by hand: the mapping of a
queue, which AWS names when it refuses another one, and a key, beside which another one is made.
"""


@dataclass(frozen=True)
class Unfinished:
    builds: list[str] = field(default_factory=list)
    """URNs of build records whose image was not finished.

    A build's tag is fixed before its image is built and pushed. A run that ends in between, killed or refused, may have
    pushed an image under that tag; building again gives another digest, which an immutable tag refuses for ever.
    """
    creates: list[Resource] = field(default_factory=list)
    """What may be there, or may not: the run was ended before it could write down that it had created it."""
    unknown: list[str] = field(default_factory=list)
    """URNs of what to ask the provider about: the run was ended while it deleted these; and of the stack itself."""

    @classmethod
    def of(cls, export: Mapping[str, Any]) -> "Unfinished":
        """Of what `pulumi stack export` writes."""
        deployment = export.get("deployment") or {}
        resources = deployment.get("resources") or []
        operations = deployment.get("pending_operations") or []
        known = {resource["urn"] for resource in resources if not resource.get("delete")}
        creating = [operation["resource"] for operation in operations if operation["type"] == "creating"]
        deleting = [operation["resource"]["urn"] for operation in operations if operation["type"] == "deleting"]
        stack = [resource["urn"] for resource in resources if resource["type"] == STACK_TYPE]
        return cls(
            builds=unfinished_builds(resources),
            creates=[created for created in creating if created["type"] in IMPORT_IDS and created["urn"] not in known],
            unknown=[*stack, *(urn for urn in deleting if urn in known)] if operations else [],
        )


def unfinished_builds(resources: Iterable[Resource]) -> list[str]:
    """But for those that are going to be renewed anyway."""
    resources = list(resources)
    images = {resource["outputs"].get("imageName") for resource in resources if resource["type"] == IMAGE}
    finished = {str(name).rpartition(":")[2] for name in images}
    records = [record for record in build_records(resources) if not record.get("taint")]
    return [record["urn"] for record in records if record["outputs"]["output"]["tag"] not in finished]


def build_records(resources: Iterable[Resource]) -> Iterator[Resource]:
    """Those of a state's resources that fix a build's tag, but for what waits for its deletion."""
    for resource in resources:
        output = resource.get("outputs", {}).get("output")
        if resource["type"] == BUILD_RECORD and not resource.get("delete") and "tag" in (output or {}):
            yield resource


def logical_name(urn: str) -> str:
    """What a program calls a resource."""
    return urn.rpartition("::")[2]


def imports(creates: Iterable[Resource]) -> dict[str, Any]:
    """What `pulumi import --file` takes.

    https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
    """
    names: dict[str, str] = {}
    listed = []
    for resource in creates:
        parent, provider = resource["parent"], resource["provider"].rpartition("::")[0]
        names |= {parent: parent, provider: provider}
        listed.append(
            {
                "type": resource["type"],
                "name": logical_name(resource["urn"]),
                "id": IMPORT_IDS[resource["type"]].format_map(resource["inputs"]),
                "parent": parent,
                "provider": provider,
            }
        )
    return {"nameTable": names, "resources": listed}
