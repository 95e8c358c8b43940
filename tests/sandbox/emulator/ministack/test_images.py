"""The rules about images in a registry, over the API as any client would meet them."""

import pytest

from sandbox.emulator.process import Emulator
from tests.sandbox.emulator.emulators import client, push


def test_an_image_that_does_not_exist_is_refused(emulator: Emulator) -> None:
    ecr = client(emulator, "ecr")
    ecr.create_repository(repositoryName="pictures")
    digest = push(emulator, "pictures", "first", b"first").partition("@")[2]
    (found,) = ecr.describe_images(repositoryName="pictures", imageIds=[{"imageDigest": digest}])["imageDetails"]
    assert found["imageTags"] == ["first"]
    for missing in ({"imageDigest": f"sha256:{64 * '0'}"}, {"imageTag": "second"}):
        with pytest.raises(ecr.exceptions.ImageNotFoundException, match="does not exist within the repository"):
            ecr.describe_images(repositoryName="pictures", imageIds=[missing])


def test_an_image_is_deleted_with_its_last_tag_and_not_before(emulator: Emulator) -> None:
    ecr = client(emulator, "ecr")
    ecr.create_repository(repositoryName="tagged")
    digest = push(emulator, "tagged", "first", b"first").partition("@")[2]
    (image,) = ecr.batch_get_image(repositoryName="tagged", imageIds=[{"imageDigest": digest}])["images"]
    ecr.put_image(repositoryName="tagged", imageManifest=image["imageManifest"], imageTag="second")

    def delete(**id: str) -> list[dict[str, str]]:
        deleted: list[dict[str, str]] = ecr.batch_delete_image(repositoryName="tagged", imageIds=[id])["imageIds"]
        return deleted

    assert delete(imageTag="first") == [{"imageDigest": digest, "imageTag": "first"}]
    (found,) = ecr.describe_images(repositoryName="tagged")["imageDetails"]
    assert found["imageTags"] == ["second"]
    assert delete(imageTag="second") == [{"imageDigest": digest, "imageTag": "second"}]
    assert ecr.describe_images(repositoryName="tagged")["imageDetails"] == []
