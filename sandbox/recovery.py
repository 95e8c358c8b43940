"""Brings the stack's state back to what the emulator really has, after it may have lost something."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox.process import run
from sandbox.progress import Progress
from sandbox.session import Session

IMAGE = "docker:index/image:Image"
INVOCATION = "aws:lambda/invocation:Invocation"
STASH = "pulumi:index:Stash"


def converge(session: Session, progress: Progress) -> None:
    """Before an update: if the emulator serves another generation than the last update saw, believe only what is there.

    `pulumi refresh` drops what AWS no longer has. It can't see that an image is gone from the registry, nor that a new
    version 1 is not the one that was checked: the records of such builds, and all checks, are renewed.
    """
    if not _generation_file(session).exists() or _generation_file(session).read_text() == session.emulator.generation:
        return
    with progress.step("The emulator was not stopped cleanly: refreshing the stack") as step:
        _pulumi(session, "refresh", "--yes", "--skip-preview")
        deployment = json.loads(_pulumi(session, "stack", "export"))["deployment"]
        stale = list(_stale(session, deployment.get("resources", [])))
        if stale:
            _pulumi(session, "state", "taint", "--yes", *stale)
        step.note(f"{len(stale)} records to be renewed")


def remember(session: Session) -> None:
    """After an update: the stack's state fits what the emulator serves now."""
    _generation_file(session).write_text(session.emulator.generation)


def _stale(session: Session, resources: list[dict[str, Any]]) -> Iterator[str]:
    """URNs of the checks, and of the build records whose image the registry doesn't have."""
    lost = {
        resource["parent"]
        for resource in resources
        if resource["type"] == IMAGE and not _has_image(session, resource["outputs"]["repoDigest"])
    }
    for resource in resources:
        is_build = resource["type"] == STASH and resource["urn"].endswith("-build")
        if resource["type"] == INVOCATION or (is_build and resource["parent"] in lost):
            yield resource["urn"]


def _has_image(session: Session, repo_digest: str) -> bool:
    repository, digest = repo_digest.split("/", 1)[1].split("@")
    url = f"{session.emulator.endpoint}/v2/{repository}/manifests/{digest}"
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=10).close()
    except urllib.error.HTTPError:
        return False
    return True


def _pulumi(session: Session, *arguments: str) -> str:
    log = session.layout.logs / "recovery.log"
    return run(["pulumi", *arguments], env=session.environ, cwd=session.layout.project, log=log).stdout


def _generation_file(session: Session) -> Path:
    return session.layout.home / "generation"
