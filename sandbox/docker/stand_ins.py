"""Stand-ins for official base images, for builds on machines that can't pull these.

A stand-in has the runtime, folders and entry point of the image that it replaces. It replaces no other image.
"""

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from components.image.dockerfile import needed_images, with_images_replaced
from sandbox.docker.engine import DockerEngine
from sandbox.layout import Layout
from sandbox.offline import debian_image
from sandbox.offline.debian_image import Note

if TYPE_CHECKING:
    from components.image.content import BuildSpec

INPUTS = "lambda-images.base-recipe"
"""A label of a stand-in. Its value is the hash of what the stand-in was made from."""

Answers = Callable[[str], bool]
"""Whether a registry answers, such as `public.ecr.aws`."""


@dataclass(frozen=True)
class StandIn:
    tag: str
    source: Path
    """The folder with its Dockerfile and whatever that copies."""

    def is_current(self, docker: DockerEngine, *other_inputs: str) -> bool:
        """Return whether the image exists, and was made from what is in the folder, or from one of `other_inputs`."""
        label = f'{{{{index .Config.Labels "{INPUTS}"}}}}'
        present = docker.run("image", "inspect", "--format", label, self.tag, check=False)
        inputs = present.stdout.strip()
        return present.returncode == 0 and (
            inputs in other_inputs or inputs == debian_image.Context.read(self.source).hash
        )

    def make(self, docker: DockerEngine, layout: Layout, note: Note) -> None:
        """Make the image of packages. Raises SandboxError."""
        self.mark(layout)
        context = debian_image.Context.read(self.source)
        debian_image.build(docker, layout, note, context, ["--tag", self.tag, "--label", f"{INPUTS}={context.hash}"])
        prune(docker)

    def mark(self, layout: Layout) -> None:
        """Note that the image is this sandbox's, which removes it at its end."""
        self._mark(layout).parent.mkdir(parents=True, exist_ok=True)
        self._mark(layout).touch()

    def remove(self, docker: DockerEngine, layout: Layout) -> None:
        """Remove the image if it is this sandbox's. Other sandboxes that use it will make or pull it again."""
        if self._mark(layout).exists():
            docker.run("image", "rm", "--force", self.tag, check=False)
            self._mark(layout).unlink()

    def _mark(self, layout: Layout) -> Path:
        return layout.home / f"base-image-{self.tag.rpartition(':')[2]}.ours"


AWS_REGISTRY = "public.ecr.aws"
PYTHON = StandIn("lambda-images/base:python3", debian_image.SOURCE)
_FOLDER = debian_image.COMMON
STAND_INS: Mapping[str, StandIn] = {
    f"{AWS_REGISTRY}/lambda/python:3.13": PYTHON,
    f"{AWS_REGISTRY}/lambda/nodejs:22": StandIn("lambda-images/base:nodejs22", _FOLDER / "nodejs"),
    "docker.io/library/golang:1.26": StandIn("lambda-images/base:golang1.26", _FOLDER / "golang"),
    "docker.io/library/python:3.13-slim": StandIn("lambda-images/base:python3-slim", _FOLDER / "python"),
}
"""By the full name of the image, without its digest."""


class Replacements:
    """Decides which images a build has to take stand-ins for, and makes these."""

    def __init__(self, docker: DockerEngine, layout: Layout, answers: Answers | None = None) -> None:
        self._docker, self._layout, self._answers = docker, layout, answers or registry_answers
        self._decided: dict[str, bool] = {}

    def of(self, images: Iterable[str], note: Note) -> dict[str, str]:
        """Return the stand-in's tag by image. Images that Docker has or can pull are not replaced.

        A stand-in that was made once is used until `make down` removes it. Raises SandboxError if one can't be made.
        """
        self._layout.tools.mkdir(parents=True, exist_ok=True)
        with FileLock(self._layout.tools / "stand-ins.lock"):
            return {
                image: stand_in.tag
                for image in images
                if (stand_in := STAND_INS.get(full_name(image))) and self._replaces(stand_in, image, note)
            }

    def _replaces(self, stand_in: StandIn, image: str, note: Note) -> bool:
        if image not in self._decided:
            self._decided[image] = self._must_replace(stand_in, image, note)
        return self._decided[image]

    def _must_replace(self, stand_in: StandIn, image: str, note: Note) -> bool:
        if self._docker.run("image", "inspect", "--format", "{{.Id}}", image, check=False).returncode == 0:
            return False
        if stand_in.is_current(self._docker):
            return True
        if self._answers(full_name(image).partition("/")[0]):
            note(f"pulling {image.partition('@')[0]}")
            log = self._layout.logs / "base-image.log"
            if self._docker.run("pull", "--quiet", image, log=log, check=False).returncode == 0:
                return False
        stand_in.make(self._docker, self._layout, lambda text: note(f"{full_name(image)} can't be pulled: {text}"))
        return True


@dataclass(frozen=True)
class BaseImages:
    """Those that builds need and that have a stand-in."""

    layout: Layout
    specs: Sequence["BuildSpec"]

    def prepare(self, docker: DockerEngine, note: Note) -> list[str]:
        """Pull them or make their stand-ins. Returns the names of what the builds will take. Raises SandboxError."""
        images = dict.fromkeys(image for spec in self.specs for image in _needed(self.layout, spec))
        known = [image for image in images if full_name(image) in STAND_INS]
        replaced = Replacements(docker, self.layout).of(known, note)
        return list(dict.fromkeys(replaced.get(image, image.partition("@")[0]) for image in known))


def _needed(layout: Layout, spec: "BuildSpec") -> list[str]:
    try:
        text = (layout.project / spec.dockerfile_path).read_text()
    except (OSError, UnicodeDecodeError):
        return []  # the update says what is wrong
    return needed_images(text, spec.args, spec.target)


def write_replaced(
    file: Path, text: str, replacements: Mapping[str, str], args: Mapping[str, str] | None, folder: Path
) -> Path:
    """Write a Dockerfile with other images in the places of these, and its own ignore file if it has one.

    `text` is what is in `file`. Returns the path of the written Dockerfile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, own = folder / "Dockerfile", file.with_name(f"{file.name}.dockerignore")
    written.write_text(with_images_replaced(text, replacements, args), errors="surrogateescape")
    if own.exists():
        shutil.copyfile(own, folder / "Dockerfile.dockerignore")
    return written


def remove(docker: DockerEngine, layout: Layout) -> None:
    """Remove the stand-ins that this sandbox made or pulled."""
    for stand_in in STAND_INS.values():
        stand_in.remove(docker, layout)


def prune(docker: DockerEngine) -> None:
    """Remove the images that had a stand-in's tag before, and what was built on them, unless tagged or in use."""
    docker.run("image", "prune", "--force", "--filter", f"label={INPUTS}")


def full_name(image: str) -> str:
    """Return an image's name with its registry and tag, but without its digest.

    AWS's public registry has copies of Docker's official images.
    """
    name = image.partition("@")[0]
    first, _, path = name.partition("/")
    if not path or (first != "localhost" and {".", ":"}.isdisjoint(first)):
        name = f"docker.io/{name if path else f'library/{name}'}"
    name = name.replace(f"{AWS_REGISTRY}/docker/library/", "docker.io/library/", 1)
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def registry_answers(host: str, timeout: float = 5, scheme: str = "https") -> bool:
    """Return whether a registry answers within `timeout` seconds. Without credentials it may answer 401."""
    host = {"docker.io": "registry-1.docker.io"}.get(host, host)
    try:
        urllib.request.urlopen(f"{scheme}://{host}/v2/", timeout=timeout).close()
    except urllib.error.HTTPError as answer:
        return answer.code == 401
    except OSError:
        return False
    return True
