"""Finds which images of a stack are still to be built, and collects those that are there.

    python -m delivery.images --stack dev --to .images/found.json
    python -m delivery.images --stack dev --to .images/images.json --collect .images

It is for stacks with `pipeline.images: jobs`. The first command compares the content of each module in the checkout
with the tags in the module's repository. It writes the images that are there to a file, and prints the outputs of a
GitHub Actions step: `build=`, a JSON list of what is to be built, each with the `module` and a `runner` of its
architecture, and `repositories=`, the modules whose repositories are to be created first, separated by blanks. It needs
the caller's AWS credentials.

The second command merges the files of a folder, which the first command and `delivery.build --push` wrote, into the one
that IMAGES_FILE names for the update. It fails if a module has no image in them, and needs no credentials.

Modules in EXCLUDED_MODULES are left out (see delivery/exclude.py). Neither command needs Docker or the Pulumi engine.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.errors import ComponentError, Problems
from components.image.content import Content
from components.image.handover import VARIABLE, ShippedImage, handed_over
from components.image.registry import emulated_host
from components.image.registry_client import MANIFESTS
from components.image.tags import CACHE_TAG_PREFIX, is_build_of, is_build_tag
from components.image.unfetched import check_fetched
from components.modules import read_content, written_settings
from components.naming import physical_name
from components.settings.load import LoadedSettings
from components.settings.module import Architecture
from delivery.clients import MAX_CONCURRENT_CALLS
from delivery.live import ReleaseError, authorization, aws_errors
from delivery.shipped import hand_over
from delivery.stack import Stack

MAX_JOBS = 256
"""https://docs.github.com/en/actions/reference/limits"""
RUNNERS = {Architecture.X86_64: "ubuntu-24.04", Architecture.ARM64: "ubuntu-24.04-arm"}


@dataclass(frozen=True)
class Registry:
    """The registry of the stack's account and Region."""

    host: str
    username: str
    password: str
    ecr: Any
    """The client of ECR."""

    @classmethod
    def of(cls, stack: Stack, registry_host: str, environ: Mapping[str, str]) -> "Registry":
        """Log in with the caller's credentials. `registry_host` is the stack's setting. Raises ReleaseError."""
        ecr = stack.client("ecr")
        user, password, own = authorization(ecr)
        host = emulated_host(registry_host, environ.get("AWS_ENDPOINT_URL")) if registry_host else own
        return cls(host, user, password, ecr)

    def repository(self, name: str) -> "Repository | None":
        """Read a repository. None if there is none. Raises ReleaseError if AWS refuses."""
        with aws_errors(f"listing the images of {name}"):
            try:
                pages = self.ecr.get_paginator("describe_images").paginate(repositoryName=name)
                images = [image for page in pages for image in page["imageDetails"]]
            except self.ecr.exceptions.RepositoryNotFoundException:
                return None
        return Repository(f"{self.host}/{name}", images)


@dataclass(frozen=True)
class Repository:
    address: str
    """`<host>/<name>`."""
    images: Sequence[Mapping[str, Any]]
    """As ECR describes them."""

    def image_of(self, content_hash: str) -> dict[str, str] | None:
        """Return the newest image of this content, by digest and with the tag of its build. None if there is none.

        An index of images is ignored, because Lambda rejects it, and another build can be a single image. Whatever else
        Lambda rejects is the same in every build of the content.
        """
        builds = {
            tag: str(image["imageDigest"])
            for image in self.images
            if image.get("imageManifestMediaType") in MANIFESTS
            for tag in image.get("imageTags", [])
            if is_build_of(tag, content_hash)
        }
        if not builds:
            return None
        tag = max(builds)  # after the content, a tag has the time
        return {"image": f"{self.address}@{builds[tag]}", "tag": tag}

    @property
    def cache(self) -> str | None:
        """The tag of the newest cache of a build. None if there is none."""
        tags = [str(tag) for image in self.images for tag in image.get("imageTags", [])]
        caches = [tag for tag in tags if is_build_tag(tag.removeprefix(CACHE_TAG_PREFIX)) and not is_build_tag(tag)]
        return max(caches, key=lambda tag: tag.split("-")[2], default=None)


def contents(loaded: LoadedSettings, excluded: Iterable[str] = ()) -> dict[str, Content]:
    """Return the content of each image that is to be there, by module. Raises ComponentError."""
    problems, found = Problems(), {}
    for name, settings in loaded.modules.items():
        if settings.image.module is None and name not in excluded:
            with problems.collecting():
                found[name] = read_content(Path("modules", name), settings)
                check_fetched(found[name], large_files=False)
    problems.raise_any()
    return found


def plan(registry: Registry, loaded: LoadedSettings, excluded: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the images that the registry has, by module, and the lines to print.

    Raises ComponentError or ReleaseError.
    """
    wanted = contents(loaded, excluded)
    names = [physical_name(loaded.stack.name_prefix, module) for module in wanted]
    with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
        repositories = dict(zip(wanted, threads.map(registry.repository, names), strict=True))
    found = {
        module: image
        for module, content in wanted.items()
        if (repository := repositories[module]) and (image := repository.image_of(content.identity))
    }
    missing = [module for module in wanted if module not in found]
    if len(missing) > MAX_JOBS:
        raise ComponentError(
            f"{len(missing)} images are to be built, and a matrix of GitHub Actions has at most {MAX_JOBS} jobs: "
            "exclude modules, and deploy them in a second run"
        )
    build = [{"module": module, "runner": RUNNERS[loaded.modules[module].architecture]} for module in missing]
    new = [module for module, repository in repositories.items() if repository is None]
    return found, [f"build={json.dumps(build)}", f"repositories={' '.join(new)}"]


def collect(files: Iterable[Path], stack: str, loaded: LoadedSettings, excluded: Iterable[str]) -> dict[str, Any]:
    """Return the image of each module, also of those that run another module's. Raises ComponentError."""
    there: dict[str, ShippedImage] = {}
    for file in files:
        given = handed_over({VARIABLE: str(file)}, loaded.stack.pipeline, stack)
        there |= given.modules if given else {}
    wanted, excluded = contents(loaded, excluded), set(excluded)
    missing = [
        module
        for module, content in wanted.items()
        if module not in there or not is_build_of(there[module].tag, content.identity)
    ]
    if missing:
        raise ComponentError(
            f"no image was built of {', '.join(missing)}, so nothing is changed: see why in the jobs that build, and "
            "run those that failed again, or exclude these modules"
        )
    builders = {name: settings.image.module or name for name, settings in loaded.modules.items()}
    return {
        name: there[builder].model_dump()
        for name, builder in builders.items()
        if name not in excluded and builder in there
    }


def write(file: Path, stack: str, modules: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    """Write a file that `components.image.handover` reads."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(hand_over(stack, modules, environ), indent=2) + "\n")


def settings_of(stack: Stack) -> LoadedSettings:
    """Read the settings of a stack whose images jobs build. Raises ComponentError for another stack."""
    loaded = written_settings(stack.project, stack.name)
    if loaded.stack.pipeline.images != "jobs":
        raise ComponentError(
            f"Pulumi.{stack.name}.yaml has pipeline.images: {loaded.stack.pipeline.images}, and this is for a stack "
            "with `jobs`"
        )
    return loaded


def main() -> None:
    parser = argparse.ArgumentParser(description="Find or collect the images that jobs of a pipeline build.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="where to write the images")
    parser.add_argument("--collect", type=Path, metavar="FOLDER", help="merge the files of this folder")
    options = parser.parse_args()
    excluded = os.environ.get("EXCLUDED_MODULES", "").split()
    try:
        stack = Stack.of(options.stack)
        loaded = settings_of(stack)
        if options.collect:
            lines: list[str] = []
            images = collect(sorted(options.collect.glob("*.json")), stack.name, loaded, excluded)
        else:
            registry = Registry.of(stack, loaded.stack.registry_host, os.environ)
            images, lines = plan(registry, loaded, excluded)
    except (ComponentError, ReleaseError) as failed:
        sys.exit(f"error: {failed}")
    write(options.to, stack.name, images, os.environ)
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
