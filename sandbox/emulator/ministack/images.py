"""Adds AWS's rules about images in a registry that MiniStack 1.5.33 lacks."""

from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ecr

Data = dict[str, Any]
Answer = Any
"""As MiniStack returns one: status, headers, body."""


def enforce_image_rules() -> None:
    """Wrap MiniStack's functions in the rules below."""
    ecr._describe_images = _of_existing_images(ecr._describe_images)


def _of_existing_images(describe: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    """Refuse to describe an image that doesn't exist. MiniStack leaves it out of its answer."""

    def describe_images(data: Data) -> Answer:
        name = data.get("repositoryName", "")
        for id in data.get("imageIds") or () if name in ecr._repositories else ():
            if ecr._find_image(name, id) is None:
                shown = ", ".join(f"{key}:'{id.get(key, 'null')}'" for key in ("imageDigest", "imageTag"))
                return error_response_json(
                    "ImageNotFoundException",
                    f"The image with imageId {{{shown}}} does not exist within the repository with name '{name}' "
                    f"in the registry with id '{ecr._registry_id()}'",
                    400,
                )
        return describe(data)

    return describe_images
