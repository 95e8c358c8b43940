"""How the pipeline deploys a stack."""

from collections.abc import Iterator
from typing import Annotated, Literal

from components.settings.document import Document
from components.settings.values import NAME, Settings


class Pipeline(Settings):
    """When the pipeline deploys the stack, and which images."""

    enabled: bool = True
    """Whether the pipeline deploys the stack. Defaults to `true`."""
    after: Annotated[str, NAME.or_empty] = ""
    """The stack that the pipeline has to deploy successfully before this one. Defaults to none: the stack is among the
    first to be deployed, and is previewed in pull requests."""
    images: Literal["build", "jobs", "copy", "tag"] = "build"
    """Where images come from: `build` builds them during the update, and `jobs` before it, each in its own job of the
    pipeline. `copy` and `tag` take exactly those that the stack named by `after` serves once it is deployed: `copy`
    copies them into repositories of this stack, and `tag` uses them where they are, with a tag that keeps them.
    Defaults to `build`."""

    @property
    def are_built(self) -> bool:
        """Whether images are built for the stack. Otherwise they are those of the stack named by `after`."""
        return self.images in ("build", "jobs")

    def images_of(self, stack: str) -> str:
        """The stack whose images the pipeline hands over to `stack`, which has these settings."""
        return stack if self.are_built else self.after


def misplaced_images(document: Document, pipeline: Pipeline) -> Iterator[str]:
    """Messages about a stack that takes its images from no stack."""
    if not pipeline.are_built and not pipeline.after:
        where = document.place(("pipeline", "images"))
        yield f"{where} is {pipeline.images}, but pipeline.after names no stack to take images from: name one"
