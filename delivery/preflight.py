"""Checks, before anything changes, whether a stack can run the images that are handed over to it.

    IMAGES_FILE=images.json python -m delivery.preflight --stack prod
    python -m delivery.preflight --stack prod --images images.json

Every module of the stack has to be in the file, and the registry has to have its image, readable for the caller, for
the function's architecture. Modules in EXCLUDED_MODULES are left out (see delivery/exclude.py). It prints a line for
each problem; the exit code is 1 if there is one. It needs the caller's AWS credentials, and neither Docker nor the
Pulumi engine.
"""

import argparse
import functools
import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from components.errors import ComponentError
from components.image.handover import VARIABLE, HandOver, handed_over, parts_of, region_of
from components.image.registry_client import RegistryClient
from components.image.verification import image_problem
from components.modules import written_settings
from components.printable import printable
from components.settings import ModuleSettings
from delivery.clients import MAX_CONCURRENT_CALLS, aws_clients
from delivery.live import ReleaseError, authorization
from delivery.stack import Stack

Login = Callable[[str], tuple[str, str]]
"""Returns user and password for the registry of a host. Raises ReleaseError."""


def problems(
    images: HandOver, modules: Mapping[str, ModuleSettings], login: Login, region: str | None = None
) -> list[str]:
    """Return what keeps modules from running the images that are handed over, sorted by module.

    `region` is the Region that images have to be in, if they are run where they are. Raises ReleaseError if AWS issues
    no login.
    """

    def problem(name: str, settings: ModuleSettings) -> str | None:
        try:
            image = images.record_of(name)["image"]
        except ComponentError as missing:
            return str(missing)
        parts = parts_of(image)
        if region and region_of(parts["host"]) not in (region, None):
            return (
                f"its image {image} is in another Region than {region}, and a function runs only images of its own "
                "Region: set `pipeline.images` to `copy`"
            )
        read = RegistryClient(parts["repository"], *login(parts["host"])).read
        has_start = bool(settings.image.command or settings.image.entry_point)
        again = f"Deploy {images.stack} again, and hand over the images that it serves then"
        found = image_problem(parts["digest"], settings.architecture.value, has_start, read, again)
        return f"its image {image} {found}" if found else None

    names = sorted(modules)
    with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
        found = threads.map(problem, names, [modules[name] for name in names])
        return [printable(f"{name}: {what}") for name, what in zip(names, found, strict=True) if what]


def registry_login(stack: Stack, environ: Mapping[str, str]) -> Login:
    """Return a function that logs in with the caller's credentials, once for each Region."""

    @functools.cache
    def in_region(region: str | None) -> tuple[str, str]:
        client = aws_clients(lambda: region, environ) if region else stack.client
        user, password, _ = authorization(client("ecr"))
        return user, password

    return lambda host: in_region(region_of(host))


def check(name: str, environ: Mapping[str, str]) -> tuple[int, list[str]]:
    """Return how many images were checked, and the problems. Raises ComponentError or ReleaseError."""
    stack = Stack.of(name, environ)
    loaded = written_settings(stack.project, name)
    pipeline = loaded.stack.pipeline
    if pipeline.images == "build":
        return 0, []
    source, command = pipeline.images_of(name), "images" if pipeline.are_built else "shipped"
    images = handed_over(environ, pipeline, name)
    if images is None:
        raise ComponentError(
            f"{name} takes its images from {source}, and none are handed over: name the file that "
            f"`python -m delivery.{command} --stack {source}` wrote as {VARIABLE} or --images"
        )
    excluded = environ.get("EXCLUDED_MODULES", "").split()
    modules = {module: its for module, its in loaded.modules.items() if module not in excluded}
    region = stack.client("ecr").meta.region_name if pipeline.images == "tag" else None
    return len(modules), problems(images, modules, registry_login(stack, environ), region)


def main() -> None:
    parser = argparse.ArgumentParser(description="Check the images that are handed over to a stack.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as prod")
    parser.add_argument("--images", help=f"the file with the images; {VARIABLE} if not given")
    options = parser.parse_args()
    environ: dict[str, Any] = {**os.environ, **({VARIABLE: options.images} if options.images else {})}
    try:
        count, found = check(options.stack, environ)
    except (ComponentError, ReleaseError) as failed:
        sys.exit(f"error: {failed}")
    for line in found:
        print(line)
    if found:
        sys.exit(1)
    checked = f"{count} images can be read, and fit their functions" if count else "the stack builds its images"
    print(f"{options.stack}: {checked}.")


if __name__ == "__main__":
    main()
