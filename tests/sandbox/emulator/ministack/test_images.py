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
