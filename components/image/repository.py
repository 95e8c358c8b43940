"""The ECR repository of one module's images."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.arn import AwsScope
from components.errors import ComponentError
from components.image.tags import CACHE_TAG_PREFIX, PROMOTED_TAG_PREFIX, SERVED_TAG_PREFIX
from components.json_text import json_text
from components.policy import policy
from components.protection import stateful_options


@dataclass(frozen=True, kw_only=True)
class ImageRepositoryArgs:
    repository_name: str
    function_names: Sequence[str]
    """The Lambda functions that may pull, or patterns of their names with `*`; they need not exist yet."""
    keep_images: int
    """Images beyond this number are expired, the oldest first."""
    force_delete: bool
    """Delete the repository together with its images. Otherwise ECR refuses to delete a repository that has images, as
    a module's always does."""
    kms_key_arn: pulumi.Input[str] | None = None
    """ARN of the KMS key that images are encrypted with, which can't change later. Defaults to a key of AWS's own."""
    has_build_caches: bool = False
    """Whether builds keep their layers in the repository, for the next build on another machine."""
    protection: bool = False
    """Keep the repository in AWS when it is removed from the program or replaced."""
    promoted: bool = False
    """Other stacks run its images: keep the repository, and who may pull, even if the stack is destroyed, and never
    expire the images that have those stacks' tags."""
    tags: Mapping[str, str] = field(default_factory=dict)


class ImageRepository:
    """An ECR repository with immutable tags, scans on push, and a limited number of images.

    Only its functions may pull.
    """

    name: pulumi.Output[str]
    url: pulumi.Output[str]
    """`<account>.dkr.ecr.<region>.amazonaws.com/<name>`, known once Lambda is allowed to pull."""
    kms_key_arn: pulumi.Output[str | None]
    """The given key, once the repository is known to have it. Fails with ComponentError if it has another."""

    def __init__(self, name: str, args: ImageRepositoryArgs, parent: pulumi.Resource | None = None) -> None:
        child = pulumi.ResourceOptions(parent=parent, retain_on_delete=args.promoted)

        repository = aws.ecr.Repository(
            f"{name}-repository",
            name=args.repository_name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            force_delete=args.force_delete and not args.promoted,
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": args.kms_key_arn}]
            if args.kms_key_arn
            else None,
            tags=args.tags,
            # Another encryption would replace the repository, and functions would lose the images that they run.
            opts=stateful_options(
                parent, args.protection or args.promoted, ignore_changes=["encryption_configurations"]
            ),
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=json_text(lifecycle_policy(args.keep_images, args.promoted, args.has_build_caches)),
            opts=child,
        )
        # Lambda creates this policy itself if it is missing, and several functions would race to do so.
        pull = aws.ecr.RepositoryPolicy(
            f"{name}-pull",
            repository=repository.name,
            policy=repository.arn.apply(
                lambda arn: json_text(pull_policy(map(AwsScope.of(arn).function_arn, args.function_names)))
            ),
            opts=child,
        )

        self.name = repository.name
        self.kms_key_arn = pulumi.Output.all(
            name=repository.name, encryption=repository.encryption_configurations, wanted=args.kms_key_arn
        ).apply(_checked_key)
        self.url = pulumi.Output.all(repository.repository_url, pull.id, self.kms_key_arn).apply(
            lambda known: str(known[0])
        )


def _checked_key(known: Mapping[str, Any]) -> str | None:
    """In a preview, a repository that isn't created yet has no encryption.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
    """
    wanted: str | None = known["wanted"]
    key = (known["encryption"][0].get("kms_key") or None) if known["encryption"] else wanted
    if key == wanted:
        return wanted
    raise ComponentError(
        f"the repository '{known['name']}' is encrypted with {key or 'a key of AWS'}, which ECR can't change, and "
        f"should be with {wanted or 'a key of AWS'}: a new repository would lack the images that are in use. "
        f"Set lambda-images:encryption back to '{'customer' if key else 'aws'}', or ship to a new stack that has the "
        f"other encryption from its beginning, and destroy this one when its callers have moved"
    )


UNREACHABLE_COUNT = 1_000_000
"""More images than a repository can have: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html"""


def lifecycle_policy(keep_images: int, promoted: bool = False, has_build_caches: bool = False) -> Mapping[str, Any]:
    """Keeps a number of images that were served, the newest cache of a build, and a number of images altogether,
    whatever their age.

    If other stacks run its images, it keeps all that they have tagged.

    ECR doesn't know which images a function uses. A rule can't expire images whose tags match a rule with a higher
    priority, so builds that fail don't expire an image that is served.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    tagged = {"tagStatus": "tagged", "tagPrefixList": [SERVED_TAG_PREFIX]}
    rules: list[tuple[str, int, Mapping[str, Any]]] = [
        (f"keep the newest {keep_images} images that were served", keep_images, tagged),
        (f"keep the newest {keep_images} images", keep_images, {"tagStatus": "any"}),
    ]
    if has_build_caches:
        caches = {"tagStatus": "tagged", "tagPrefixList": [CACHE_TAG_PREFIX]}
        rules.insert(1, ("keep the newest cache of a build", 1, caches))
    if promoted:
        selection = {"tagStatus": "tagged", "tagPrefixList": [PROMOTED_TAG_PREFIX]}
        rules.insert(0, ("keep the images that other stacks run", UNREACHABLE_COUNT, selection))
    return {
        "rules": [
            {
                "rulePriority": priority,
                "description": description,
                "selection": {**selection, "countType": "imageCountMoreThan", "countNumber": number},
                "action": {"type": "expire"},
            }
            for priority, (description, number, selection) in enumerate(rules, start=1)
        ]
    }


def pull_policy(pullers: Iterable[str]) -> Mapping[str, Any]:
    """Lets Lambda pull for functions, given by their ARNs or patterns of them, at all their versions.

    https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions
    """
    sources = [arn for puller in pullers for arn in ((puller,) if puller.endswith("*") else (puller, f"{puller}:*"))]
    statement = {
        "Sid": "LambdaPull",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringLike": {"aws:sourceArn": sources}},
    }
    return policy([statement])
