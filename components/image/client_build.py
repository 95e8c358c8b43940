"""Builds an image with the Docker client, which can pass on secrets and an SSH agent, as `docker.Image` can't.

See docs/decisions/0020-build-secrets-by-the-docker-client.md.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run

from components.errors import ComponentError
from components.image.build_secrets import BuildSecrets, Values
from components.image.content import BuildSpec
from components.image.docker_client import Client, build_environ, build_options, cache_options, logged_in
from components.image.registry_client import RegistryClient, reason
from components.printable import printable, printable_lines, quoted

Tell = Callable[[str, bool], None]
"""Takes a line for the user, and whether the next one may take its place."""
_MAX_SHOWN_LINES = 30
"""How many lines of the output an error has."""


class ClientBuild:
    """Builds and pushes an image, unless the registry has its tag already.

    The registry is asked in each update. So a run that was killed is continued by the next one, and an image that was
    lost is built again.
    """

    def __init__(self, spec: BuildSpec, secrets: BuildSecrets, resource: pulumi.Resource | None) -> None:
        """`resource` is the one that the output of the build is shown for."""
        self._spec, self._secrets, self._resource = spec, secrets, resource

    async def digest(self, known: Mapping[str, Any]) -> str | Any:
        """The digest of the image with `tag` at `address`, pushed with `username` and `password`.

        If there is a `cached` tag, a build may take the layers of the image that has it, unless it is empty.
        Unknown in a preview, which builds nothing. Fails with ComponentError.
        """
        if is_dry_run():
            return UNKNOWN
        registry = RegistryClient(known["address"], known["username"], known["password"])
        name = f"{known['address']}:{known['tag']}"
        try:
            if digest := await asyncio.to_thread(registry.digest_of, known["tag"]):
                return digest
            await self._push(name, registry, known.get("cached"))
            if digest := await asyncio.to_thread(registry.digest_of, known["tag"]):
                return digest
        except OSError as failed:
            raise ComponentError(
                f"{name} can't be read from the registry: {printable(reason(failed))}. The version that is served "
                "stays. Update again when the registry answers"
            ) from None
        raise ComponentError(f"{name} was pushed, and the registry doesn't have it: update again")

    async def _push(self, name: str, registry: RegistryClient, cached_tag: str | None) -> None:
        cached = f"{name.rpartition(':')[0]}:{cached_tag}" if cached_tag else cached_tag
        values = self._secrets.values(os.environ)
        loop, client = asyncio.get_running_loop(), Client()

        def tell(line: str, passing: bool) -> None:
            loop.call_soon_threadsafe(pulumi.log.info, line, self._resource, None, passing)

        try:
            await asyncio.to_thread(
                build_and_push, self._spec, name, registry, values, client, tell, os.environ, cached
            )
        finally:
            client.stop()  # also if this task is cancelled: a thread can't be


def build_and_push(
    spec: BuildSpec,
    name: str,
    registry: RegistryClient,
    values: Values,
    client: Client,
    tell: Tell,
    environ: Mapping[str, str],
    cached: str | None,
) -> None:
    """Build an image and push it under a name. Raises ComponentError with the end of the output if that fails.

    The layers of the image `cached` need not be built again. It is pulled, because a build takes no credentials for it;
    if that fails, everything is built. If `cached` isn't None, later builds can take the new image's layers.
    """
    shown = deque[str](maxlen=_MAX_SHOWN_LINES)

    def show(line: str) -> None:
        if line := printable_lines(values.hide(line.rstrip())):
            shown.append(line)
            tell(line, True)

    def run(what: str, command: list[str], environ: Mapping[str, str]) -> None:
        try:
            code = client.run(command, environ, show)
        except OSError as failed:
            raise ComponentError(
                f"{name} can't be {what}: `docker` can't be run: {printable(failed.strerror)}. Install the Docker "
                "client, with BuildKit"
            ) from None
        if code:
            raise ComponentError(
                f"{name} can't be {what}: `{' '.join(command[:2])}` ended with exit code {code}. The version that is "
                f"served stays. The end of its output:\n{quoted(chr(10).join(shown))}"
            )

    login = partial(logged_in, registry.host, registry.username, registry.password, environ)
    if cached:
        with login() as logged, suppress(OSError):  # if there is no client, the build says so
            if client.run(["docker", "pull", f"--platform={spec.platform}", cached], logged, show):
                tell(f"cacheFrom image {cached} not available: {shown[-1] if shown else ''}", False)
        shown.clear()
    run(
        "built",
        ["docker", "build", *build_options(spec), *cache_options(cached), f"--tag={name}", spec.context],
        values.environ(build_environ(environ)),
    )
    shown.clear()
    with login() as logged:
        run("pushed", ["docker", "push", name], logged)
