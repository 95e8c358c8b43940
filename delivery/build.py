"""Builds a module's image as an update of a stack would, outside of Pulumi.

    python -m delivery.build thumbnail --stack dev
    python -m delivery.build thumbnail --stack dev --push --to .images/thumbnail.json

The first command needs no credentials. The second one is for a stack with `pipeline.images: jobs`: it pushes the image
to the module's repository, under a tag as an update would choose it, and writes a file with it for `delivery.images`.
If the repository has an image of this content, it builds none. The layers of builds are kept in the repository, under
a tag of their own, for the next build on another machine. It needs the caller's AWS credentials and Docker with buildx
and a builder that can export caches, such as one of the driver `docker-container`.

The secrets of a build come from environment variables, and an SSH agent from SSH_AUTH_SOCK. With `--without-secrets`,
an image whose build may use them is not built: code that nobody has reviewed must not get them.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from components.errors import ComponentError
from components.image.build_secrets import Values, build_secrets_of
from components.image.content import BuildSpec, Content
from components.image.docker_client import Client, build_options
from components.image.tags import CACHE_TAG_PREFIX, build_tag
from components.image.unfetched import check_fetched
from components.modules import read_content, written_settings
from components.naming import physical_name
from components.printable import printable, printable_lines
from components.settings.configuration import project_name
from components.settings.load import LoadedSettings
from delivery.images import Registry, Repository, settings_of, write
from delivery.live import ReleaseError
from delivery.stack import Stack


class BuildError(Exception):
    """A command failed. Its output says why."""

    def __init__(self, code: int) -> None:
        self.code = code


def build_command(spec: BuildSpec) -> list[str]:
    """Return the `docker build` command, which prints the full output of each step."""
    return ["docker", "build", *build_options(spec), spec.context]


def push_command(spec: BuildSpec, repository: Repository, tag: str, metadata: Path) -> list[str]:
    """Return the command that builds and pushes a single image, and writes its digest to a file.

    Tags are immutable, so each build writes its cache under a tag of its own. ECR accepts a cache only as an image:
    https://docs.docker.com/build/cache/backends/registry/
    """
    form = "mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"
    cache = f"--cache-to=type=registry,ref={repository.address}:{CACHE_TAG_PREFIX}{tag},{form}"
    before = [f"--cache-from=type=registry,ref={repository.address}:{repository.cache}"] if repository.cache else []
    attestations = ("--provenance=false", "--sbom=false")  # each would make the image an index, which Lambda rejects
    pushed = (f"--tag={repository.address}:{tag}", "--push", f"--metadata-file={metadata}")
    return ["docker", "buildx", "build", *build_options(spec), *attestations, *before, cache, *pushed, spec.context]


def content_of(module: str, stack: str, loaded: LoadedSettings) -> Content:
    """Return what to build. Raises ComponentError if there is nothing to build, or if the checkout lacks some of it."""
    modules = loaded.modules
    if module not in modules:
        raise ComponentError(f"nothing to build: there is no module '{printable(module)}' enabled in {stack}")
    if builder := modules[module].image.module:
        raise ComponentError(f"nothing to build: {module} runs the image of {builder}, so build that")
    content = read_content(Path("modules", module), modules[module])
    check_fetched(content)
    return content


def build(module: str, stack: str, environ: Mapping[str, str], without_secrets: bool) -> int:
    """Build a module's image, and return the exit code.

    Raises ComponentError if there is nothing to build, if any settings are invalid, or if a secret has no value.
    """
    loaded = written_settings(project_name(), stack)
    spec = content_of(module, stack, loaded).spec
    if without_secrets and spec.mounts:
        print(f"{module} is not built, because its build may use {_used(spec)}, which this build doesn't get.")
        return 0
    return run(build_command(spec), _values(module, loaded, environ))


def _values(module: str, loaded: LoadedSettings, environ: Mapping[str, str]) -> Values:
    """Read the secrets of a build. Those in the stack's settings are encrypted. Raises ComponentError."""
    without_stored = loaded.stack.model_copy(update={"build_secrets": {}})
    secrets = build_secrets_of(module, loaded.modules[module], without_stored)
    return secrets.values(environ) if secrets else Values({})


def _used(spec: BuildSpec) -> str:
    secrets = [f"the secret '{name}'" for name in spec.secrets]
    return " and ".join([*secrets, *(["an SSH agent"] if spec.ssh else [])])


def push(module: str, name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return a module's image in the stack's registry, which is built and pushed unless it is there.

    Raises ComponentError, ReleaseError or BuildError.
    """
    stack = Stack.of(name, environ)
    loaded = settings_of(stack)
    content = content_of(module, name, loaded)
    registry = Registry.of(stack, loaded.stack.registry_host, environ)
    repository = registry.repository(physical_name(loaded.stack.name_prefix, module))
    if repository is None:
        raise ComponentError(
            f"{module} has no repository yet: create it with `python -m delivery.repositories --stack {name} {module}`"
        )
    if image := repository.image_of(content.identity):
        print(f"{module} is not built, because {repository.address}:{image['tag']} has the same content.")
        return image
    values = _values(module, loaded, environ)
    tag = build_tag(content.identity, datetime.now(UTC), environ.get("GITHUB_SHA", ""))
    login = ["docker", "login", f"--username={registry.username}", "--password-stdin", registry.host]
    _require_success(run(login, Values({}), registry.password))
    with tempfile.TemporaryDirectory() as folder:
        metadata = Path(folder, "metadata.json")
        _require_success(run(push_command(content.spec, repository, tag, metadata), values))
        digest = json.loads(metadata.read_text())["containerimage.digest"]
    return {"image": f"{repository.address}@{digest}", "tag": tag}


def _require_success(code: int) -> None:
    if code:
        raise BuildError(code)


def run(command: Sequence[str], values: Values, given: str = "") -> int:
    """Run a command with a text as its input, and return its exit code.

    Its output is escaped: a Dockerfile can't control the terminal or CI. Secrets in it are masked.
    """

    def show(line: str) -> None:
        print(printable_lines(values.hide(line)), end="", flush=True)

    return Client().run(command, values.environ(os.environ), show, given)


def main() -> None:
    # Without `-h`, so that no module's name is taken for it: a folder can have any name.
    parser = argparse.ArgumentParser(
        description="Build a module's image as an update of a stack would.", add_help=False, allow_abbrev=False
    )
    parser.add_argument("--help", action="help", help="show this")
    parser.add_argument("module", help="the module's name, such as thumbnail, after `--` if it can be any text")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    parser.add_argument("--push", action="store_true", help="push the image to the module's repository")
    parser.add_argument("--to", type=Path, metavar="FILE", help="with --push: where to write the image")
    parser.add_argument(
        "--without-secrets", action="store_true", help="build nothing that may use secrets or an SSH agent"
    )
    options = parser.parse_args()
    if options.push and options.without_secrets:
        parser.error("--push and --without-secrets exclude each other")
    if options.push != bool(options.to):
        parser.error("--push and --to need each other")
    try:
        if not options.push:
            sys.exit(build(options.module, options.stack, os.environ, options.without_secrets))
        image = push(options.module, options.stack, os.environ)
    except (ComponentError, ReleaseError) as wrong:
        sys.exit(f"error: {wrong}")
    except BuildError as failed:
        sys.exit(failed.code)
    write(options.to, options.stack, {options.module: image}, os.environ)


if __name__ == "__main__":
    main()
