"""The image of a module that the pipeline hands over, by its digest: another stack shipped it, or a job built it.

That of another stack is copied into the stack's own repository, or it stays where it is and gets a tag that keeps it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import invoke_async, is_dry_run

from components.errors import ComponentError
from components.image.copying import copy_image
from components.image.handover import VARIABLE, parts_of, region_of
from components.image.registry import Registry
from components.image.registry_client import RegistryClient, reason
from components.image.repository import ImageRepository
from components.image.tags import copied_tag, promoted_tag
from components.printable import printable
from components.served import PROMOTED_SUFFIX


@dataclass(frozen=True, kw_only=True)
class PromotedImageArgs:
    handed_over: Mapping[str, str] | None
    """See `HandOver.record_of`. None if nothing is handed over: the image stays the one that the state records."""
    after: str
    """The stack that the image comes from. Empty if jobs of the pipeline build it, and push it to the repository."""
    repository: ImageRepository | None
    """Where the image is copied to, unless it is there. None if it stays where it is."""
    registry: Registry


class PromotedImage:
    """Copies an image into the stack's own repository, unless the repository has it, or tags it where it is.

    The repository is asked in each update, so that an image or a tag that was lost is made again.
    """

    uri: pulumi.Output[str]
    """`<repository>@sha256:<digest>`, known once the repository has the image; in a preview as soon as possible."""
    digest: pulumi.Output[str]
    tag: pulumi.Output[str]
    """The tag of its build, if it is known, otherwise `copied-<digest>`."""
    repository: ImageRepository | None
    promoted_from: pulumi.Output[dict[str, str]]
    """The `stack` that shipped it, and the `run` and `commit` of the pipeline that handed it over."""

    def __init__(self, name: str, args: PromotedImageArgs, parent: pulumi.Resource | None = None) -> None:
        self._parent, self._options = parent, pulumi.InvokeOptions(parent=parent)
        self._after = args.after
        self.repository = args.repository
        given = args.handed_over
        record = pulumi.Stash(
            f"{name}{PROMOTED_SUFFIX}",
            input={key: given[key] if given else "" for key in ("image", "buildTag")},
            opts=pulumi.ResourceOptions(parent=parent, ignore_changes=None if given else ["input"]),
        )
        image = record.input.apply(lambda known: _recorded(known, name, args.after))
        # Renewed by another image alone: a run that hands over the same one changes nothing. The trigger is that of the
        # record, because the engine would forget it in an update that gives none.
        origin = pulumi.Stash(
            f"{name}{PROMOTED_SUFFIX}-by",
            input={"stack": args.after, **{key: given[key] if given else "" for key in ("run", "commit")}},
            opts=pulumi.ResourceOptions(
                parent=parent,
                ignore_changes=["input"],
                replacement_trigger=image.apply(lambda known: known["image"]),
            ),
        )
        address = args.registry.address(args.repository) if args.repository else None
        self.digest = image.apply(lambda known: str(parts_of(known["image"])["digest"]))
        self.tag = image.apply(_tag)
        self.promoted_from = origin.output.apply(lambda known: dict(known))
        self.uri = pulumi.Output.unsecret(
            pulumi.Output.all(
                image=image, address=address, username=args.registry.username, password=args.registry.password
            ).apply(self._available)
        )

    async def _available(self, known: dict[str, Any]) -> str:
        """The image in the stack's own repository, which has it from then on. Fails with ComponentError."""
        image, address = known["image"], known["address"]
        parts = parts_of(image["image"])
        if address is None:
            where = RegistryClient(parts["repository"], known["username"], known["password"])
            return await _kept(image["image"], where, self._after)
        own = RegistryClient(address, known["username"], known["password"])
        uri = f"{address}@{parts['digest']}"
        if is_dry_run():
            return uri
        try:
            if await asyncio.to_thread(own.has, f"manifests/{parts['digest']}"):
                return uri
            if not self._after:
                raise ComponentError(
                    f"the image {image['image']} is gone from the registry: deploy with the pipeline, which builds it "
                    "again"
                )
            source = await self._source(parts, own)
            loop = asyncio.get_running_loop()

            def say(line: str) -> None:
                loop.call_soon_threadsafe(pulumi.log.info, line, self._parent)

            await asyncio.to_thread(copy_image, source, own, parts["digest"], _tag(image), say)
        except FileNotFoundError as missing:
            raise ComponentError(
                f"the image {image['image']} is gone from the registry ({printable(missing)}), so it can't be copied "
                f"to {address}. Deploy {self._after} again, and hand over the images that it serves then"
            ) from None
        except (OSError, ValueError) as failed:
            raise ComponentError(
                f"the image {image['image']} can't be copied to {address}: {printable(reason(failed))}. The version "
                "that is served stays. Update again when the cause is gone: docs/promotion.md has the permissions that "
                "this takes"
            ) from None
        return uri

    async def _source(self, parts: Mapping[str, Any], own: RegistryClient) -> RegistryClient:
        """A client of the repository that has the image. A token is valid for all registries of its Region.

        https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
        """
        username, password, region = own.username, own.password, region_of(parts["host"])
        if region != region_of(own.host):
            token = await invoke_async(
                "aws:ecr/getAuthorizationToken:getAuthorizationToken", {"region": region}, self._options
            )
            username, password = token["userName"], token["password"]
        return RegistryClient(parts["repository"], username, password)


async def _kept(uri: str, where: RegistryClient, after: str) -> str:
    """The image, once it has a tag that keeps it for this stack. Fails with ComponentError."""
    stack = pulumi.get_stack()
    if is_dry_run():
        return uri
    digest = parts_of(uri)["digest"]
    try:
        await asyncio.to_thread(where.add_tag, digest, promoted_tag(stack, digest))
    except FileNotFoundError as missing:
        raise ComponentError(
            f"the image {uri} is gone from the registry ({printable(missing)}). Deploy {after} again, and "
            "hand over the images that it serves then"
        ) from None
    except OSError as failed:
        raise ComponentError(
            f"the image {uri} can't be tagged, so that its repository keeps it for {stack}: "
            f"{printable(reason(failed))}. The version that is served stays. Update again when the cause is gone: "
            "docs/promotion.md has the permissions that this takes"
        ) from None
    return uri


def _recorded(record: Mapping[str, str], module: str, after: str) -> Any:
    """The record of the image. It is unknown in the preview of a module whose image is still to be built."""
    if record["image"]:
        return dict(record)
    if is_dry_run() and not after:
        return UNKNOWN
    raise ComponentError(_nothing(module, after))


def _nothing(module: str, after: str) -> str:
    stack = pulumi.get_stack()
    if not after:
        return (
            f"{module} has no image yet, and jobs of the pipeline build the images of {stack}: deploy with the "
            "pipeline, or run these jobs' commands, which docs/github-actions.md has"
        )
    return (
        f"{module} has no image yet, and {stack} builds none: it takes its images from {after}. Hand over those that "
        f"{after} serves, and update again:\n"
        f"  python -m delivery.shipped --stack {after} > images.json\n"
        f"  {VARIABLE}=images.json pulumi up --stack {stack}"
    )


def _tag(image: Mapping[str, str]) -> str:
    return image["buildTag"] or copied_tag(parts_of(image["image"])["digest"])
