"""Reads the file by which a pipeline hands images over to a stack.

`delivery.shipped` writes those that another stack serves, and `delivery.images` those that jobs of the pipeline built.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from components.errors import ComponentError
from components.files.json_document import parse
from components.image.tags import is_build_of, is_build_tag
from components.printable import printable
from components.settings.document import Document
from components.settings.pipeline import Pipeline
from components.settings.validation import validated
from components.settings.values import Form, Settings

VARIABLE = "IMAGES_FILE"
"""The environment variable that names the file."""
MAX_BYTES = 4 * 2**20

_IMAGE = re.compile(
    r"(?P<repository>(?P<host>[a-z0-9][a-z0-9.-]*(?::[0-9]+)?)/[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"@(?P<digest>sha256:[0-9a-f]{64})"
)


class ShippedImage(Settings):
    """The image that a module serves."""

    image: Annotated[str, Form(_IMAGE.pattern, "an image by its digest, such as 'registry/repository@sha256:...'")]
    tag: str = ""
    """The tag of its build, if the registry knows it."""


class HandOver(Settings):
    """The images of a stack's modules, and the run of the pipeline that shipped or built them."""

    stack: Annotated[str, Form(r"[A-Za-z0-9_.-]+", "the name of a stack, such as 'dev'")]
    run: Annotated[str, Form(r"|https?://[!-~]+", "the address of a run of the pipeline, or empty")] = ""
    commit: Annotated[str, Form(r"|[0-9a-f]{7,64}", "a Git commit, or empty")] = ""
    modules: dict[str, ShippedImage] = Field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "HandOver":
        """Raises ComponentError if the file can't be read, or has anything but images."""
        name = printable(file)
        try:
            with file.open("rb") as opened:
                content = opened.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                raise ValueError(f"it has more than {MAX_BYTES // 2**20} MiB")
            values = parse(content)
        except (OSError, ValueError) as failed:
            reason = failed.strerror if isinstance(failed, OSError) else failed
            raise ComponentError(f"the images to ship can't be read from {name}: {printable(reason)}") from None
        if not isinstance(values, dict):
            raise ComponentError(f"the images to ship can't be read from {name}: it should have a JSON object")
        return validated(cls, values, [Document(file=name, values=values)])

    def record_of(self, module: str) -> dict[str, str]:
        """What a stack records of a module's image. Raises ComponentError if the file doesn't have the module."""
        shipped = self.modules.get(module)
        if shipped is None:
            raise ComponentError(
                f"{self.stack} handed over no image of {printable(module)}: no version of the module has passed its "
                f"checks in {self.stack}, or the module isn't enabled there. Deploy it to {self.stack} first"
            )
        return {
            "image": shipped.image,
            "buildTag": shipped.tag if is_build_tag(shipped.tag) else "",
            "stack": self.stack,
            "run": self.run,
            "commit": self.commit,
        }


def built_from(content_hash: str, record: Mapping[str, str]) -> dict[str, str]:
    """The record of an image, unless it was built from other content. Raises ComponentError then."""
    if not is_build_of(record["buildTag"], content_hash):
        raise ComponentError(
            f"the image {record['image']} that was handed over, with the tag {record['buildTag'] or 'of no build'}, "
            f"was built from other content than the module has here, which is {content_hash[:12]}: build it from this "
            "commit, and hand that over"
        )
    return dict(record)


def handed_over(environ: Mapping[str, str], pipeline: Pipeline, stack: str) -> HandOver | None:
    """What the pipeline hands over to a stack with these settings. None if it hands nothing over, or the stack builds.

    Raises ComponentError if the file can't be read, or is another stack's.
    """
    if pipeline.images == "build" or not (file := environ.get(VARIABLE)):
        return None
    found, source = HandOver.read(Path(file)), pipeline.images_of(stack)
    if found.stack != source:
        raise ComponentError(
            f"{printable(file)} has the images of {found.stack}, and this stack takes its images from {source}"
        )
    return found


def parts_of(image: str) -> Mapping[str, Any]:
    """`repository` (with the host), `host` and `digest` of an image in a record."""
    found = _IMAGE.fullmatch(image)
    if found is None:
        raise ComponentError(f"'{printable(image)}' is not an image by its digest")
    return found.groupdict()


def region_of(host: str) -> str | None:
    """The Region of an ECR registry. None for another host, such as an emulator's.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
    """
    found = re.fullmatch(r"[0-9]{12}\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z0-9.]+", host)
    return found["region"] if found else None
