"""Adds AWS's rules about images in a registry that MiniStack 1.5.33 lacks."""

import json
from collections.abc import Callable
from http import HTTPStatus

from ministack.core.responses import error_response_json
from ministack.services import ecr

from sandbox.emulator.ministack.answers import Answer, Data


def enforce_image_rules() -> None:
    """Wrap MiniStack's functions in the rules below."""
    ecr._describe_images = _of_existing_images(ecr._describe_images)
    ecr._batch_delete_image = _removing_tags(ecr._batch_delete_image)


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


def _removing_tags(delete: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    """Delete an image that is named by a tag only if it has no other tag. MiniStack deletes it in any case.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
    """

    def batch_delete_image(data: Data) -> Answer:
        name, removed, others = data.get("repositoryName", ""), [], []
        for id in data.get("imageIds", ()):
            image = ecr._find_image(name, id) if name in ecr._repositories else None
            if image is None or "imageDigest" in id or len(image["imageTags"]) == 1:
                others.append(id)
                continue
            image["imageTags"].remove(id["imageTag"])
            removed.append({"imageDigest": image["imageDigest"], "imageTag": id["imageTag"]})
            image["imageId"]["imageTag"] = image["imageTags"][-1]
        status, headers, body = delete({**data, "imageIds": others})
        if status == HTTPStatus.OK and removed:
            deleted = json.loads(body)
            body = json.dumps({**deleted, "imageIds": [*removed, *deleted["imageIds"]]}).encode()
        return status, headers, body

    return batch_delete_image
