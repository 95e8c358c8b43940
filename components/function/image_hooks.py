"""What happens to a function's image right before the function, or its alias, changes.

Pulumi runs these hooks only if the resource is about to be created or updated, and not in a preview.
"""

import asyncio
from typing import Any

import pulumi

from components.errors import ComponentError
from components.function.release import Live
from components.image.registry import Registry
from components.image.registry_client import RegistryClient, reason
from components.image.tags import served_tag
from components.image.verification import verify_image
from components.printable import printable
from components.settings import ModuleSettings

Image = pulumi.Output[dict[str, Any]]
"""The URI of an image as `uri`, and the registry's login as `username` and `password`."""


def image_in(registry: Registry, uri: pulumi.Input[str]) -> Image:
    return pulumi.Output.all(uri=uri, username=registry.username, password=registry.password)


def verification(name: str, image: Image, settings: ModuleSettings) -> pulumi.ResourceHook:
    """Verifies the image before the function is created or changed. The update fails with ComponentError."""

    async def verify(_: pulumi.ResourceHookArgs) -> None:
        uri, client = await _resolved(image)
        has_start = bool(settings.image.command or settings.image.entry_point)
        await asyncio.to_thread(verify_image, uri, settings.architecture.value, has_start, client.read)

    return pulumi.ResourceHook(f"{name}-verify-image", verify)


def retention(name: str, image: Image, live: pulumi.Output[Live]) -> pulumi.ResourceHook:
    """Tags the image before the alias serves it, so that ECR keeps it. The update fails with ComponentError.

    A version that is held was served before, so its image has the tag.
    """

    async def tag(_: pulumi.ResourceHookArgs) -> None:
        decided = await live.future()
        if decided is None or decided.hold:
            return
        uri, client = await _resolved(image)
        digest = uri.partition("@")[2]
        try:
            await asyncio.to_thread(client.add_tag, digest, served_tag(digest))
        except OSError as failed:
            raise ComponentError(
                f"the new version was not served, because its image {uri} can't be tagged, so that the "
                f"registry keeps it: {printable(reason(failed))}. Update again when the registry answers"
            ) from None

    return pulumi.ResourceHook(f"{name}-keep-image", tag)


def before_change(*hooks: pulumi.ResourceHook) -> pulumi.ResourceHookBinding:
    return pulumi.ResourceHookBinding(before_create=[*hooks], before_update=[*hooks])


async def _resolved(image: Image) -> tuple[str, RegistryClient]:
    """Return the URI of the image, and a client of its repository. All values are known when a hook runs."""
    known: dict[str, Any] = await image.future()  # type: ignore[assignment]  # its type allows for unknown values
    uri = str(known["uri"])
    return uri, RegistryClient(uri.partition("@")[0], known["username"], known["password"])
