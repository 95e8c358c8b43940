"""Pushes an image to a registry on this machine."""

import base64
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from components.endpoint import loopback_endpoint
from sandbox.offline.plugins.docker.reference import Reference
from sandbox.offline.plugins.docker.session import ClientFailed, Docker
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.resource import Call
from sandbox.offline.plugins.values import Values

_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
_HIDDEN_PROGRESS = re.compile(r"[0-9a-f]{12}: (Preparing|Waiting|Layer already exists)")
"""The progress of a layer before it is pushed, and of a layer that the registry has."""


def push_image(call: Call[Docker], name: str, environ: Mapping[str, str]) -> str:
    """Returns the digest of the manifest in the registry. Raises Refused."""
    call.log.status("Pushing Image to the registry")
    digest, line = None, ""
    try:
        for line in call.session.stream("push", name, cancelled=call.cancelled, environ=environ):
            if not _HIDDEN_PROGRESS.fullmatch(line):
                call.log.status(line)
            digest = _DIGEST.search(line) or digest
    except ClientFailed:
        raise Refused(f"{name}: error reading push output: {line}") from None
    if digest is None:
        raise Refused(f"{name}: error reading push output: it has no digest: {line}")
    call.log.status(f"Pushed image with digest {digest[1]}")
    return digest[1]


def refuse_remote(reference: Reference) -> None:
    if loopback_endpoint(f"//{reference.host}") is None:
        raise Refused(
            f"the local docker plugin only pushes to this machine, and the image name's registry is {reference.host}: "
            "use the emulator's registry, or the official plugin (SANDBOX_PLUGINS=official) for a real one"
        )


@contextmanager
def credentials(call: Call[Docker], host: str, registry: Values) -> Iterator[Mapping[str, str]]:
    """Yields an environment in which the client is logged in to the registry. The user's own login is not changed."""
    username, password = registry.get("username"), registry.get("password")
    if not username or not password:
        if username or password:
            missing, given = ("password", "username") if username else ("username", "password")
            call.log.warning(f"{missing} was not set, although {given} was; using host credentials file")
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:  # readable by this user alone
        login = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
        Path(folder, "config.json").write_text(json.dumps({"auths": {host: {"auth": login}}}))
        yield {"DOCKER_CONFIG": folder}
