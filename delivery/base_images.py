"""Pins the base images of Dockerfiles to digests, and reports tags that point to newer images.

    python -m delivery.base_images             # writes the digests that the tags name now
    python -m delivery.base_images --dry-run   # says what that would change
    python -m delivery.base_images --check     # refuses images without a digest; asks no registry

The Docker engine queries the registries, with the credentials of `docker login`. Docker's Python package is installed
from requirements-dev.txt.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from components.errors import ComponentError, Problems
from components.image import dockerfile

Resolve = Callable[[str], str]
"""The digest, like `sha256:...`, that a tag such as `public.ecr.aws/x/y:1` names. Raises ComponentError."""

_TAGGED = re.compile(r"[^@\s$]+:[\w.-]+")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class BaseImage:
    """An image that a Dockerfile takes from a registry."""

    file: Path
    name: str
    """The image's name, with arguments replaced by their defaults."""

    @property
    def is_pinned(self) -> bool:
        """Whether the image has a digest, and a tag that says what the digest stands for."""
        tagged, _, digest = self.name.partition("@")
        return bool(_TAGGED.fullmatch(tagged) and _DIGEST.fullmatch(digest))

    @property
    def tagged(self) -> str:
        """The name without the digest. Raises ComponentError if it has no tag."""
        tagged = self.name.partition("@")[0]
        if not _TAGGED.fullmatch(tagged):
            raise ComponentError(f"{self.file}: {self.name} has no tag: write one, such as public.ecr.aws/x/y:1")
        return tagged


def base_images(file: Path) -> Iterator[BaseImage]:
    """Yield each image that a Dockerfile takes from a registry once. Its own stages are left out."""
    for name in dockerfile.images(file.read_text()):
        yield BaseImage(file, name)


def check(files: Iterable[Path]) -> None:
    """Raise ComponentError if an image isn't pinned."""
    problems = Problems()
    problems.add(
        f"{image.file}: {image.name} isn't pinned to a digest, so a build could get another image on another day: "
        "run `python -m delivery.base_images`, which writes `image:tag@sha256:...`"
        for file in files
        for image in base_images(file)
        if not image.is_pinned
    )
    problems.raise_any()


def renewed(files: Iterable[Path], resolve: Resolve) -> dict[BaseImage, str]:
    """Return the images whose digest is not what their tag names now, with the new names. Raises ComponentError."""
    problems, tags, digests = Problems(), dict[BaseImage, str](), dict[str, str]()
    for image in (image for file in files for image in base_images(file)):
        with problems.collecting():
            tags[image] = image.tagged
    for tagged in dict.fromkeys(tags.values()):
        with problems.collecting():
            digests[tagged] = resolve(tagged)
    problems.raise_any()
    names = {image: f"{tagged}@{digests[tagged]}" for image, tagged in tags.items()}
    return {image: name for image, name in names.items() if name != image.name}


def write(image: BaseImage, name: str) -> None:
    """Replace the image's name in its Dockerfile. Raises ComponentError if the name is built from arguments."""
    text = image.file.read_text()
    written, places = re.subn(rf"(?<![\w./-]){re.escape(image.name)}(?![\w.@-])", name, text)
    if not places:
        raise ComponentError(f"{image.file}: arguments make up {image.name}: write it out, so that it can be replaced")
    image.file.write_text(written)


def ask_registry(tagged: str) -> str:
    """Query the digest of a tag through the Docker engine."""
    import docker  # which takes a while, and which the program's own packages lack
    from docker.errors import DockerException

    try:
        return str(docker.from_env().images.get_registry_data(tagged).id)
    except DockerException as failed:
        reason = getattr(failed, "explanation", None) or failed
        raise ComponentError(f"can't ask for the digest of {tagged}: {reason}") from failed


def dockerfiles() -> list[Path]:
    """Return the Dockerfiles of the checkout, which is the current folder, except those in hidden folders."""
    names = ("Dockerfile", "*.Dockerfile")
    return sorted({Path(file) for name in names for file in glob(f"**/{name}", recursive=True)})


def main() -> None:
    parser = argparse.ArgumentParser(description="Pin the images that Dockerfiles build on to digests.")
    parser.add_argument("files", nargs="*", type=Path, help="Dockerfiles; by default all of the checkout")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--check", action="store_true", help="refuse images without a digest, and ask no registry")
    only.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    options = parser.parse_args()
    files = options.files or dockerfiles()
    try:
        if options.check:
            check(files)
            return
        changed = renewed(files, ask_registry)
        for image, name in changed.items():
            if not options.dry_run:
                write(image, name)
            print(f"{image.file}: {name}, {'no longer' if image.is_pinned else 'not'} {image.name}")
    except (ComponentError, OSError) as wrong:
        sys.exit(f"error: {wrong}")
    if not changed:
        print("All images are what their tags name now.")


if __name__ == "__main__":
    main()
