"""Brings the stack's state in order before a command: after a run that did not finish, or a loss of the emulator."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

from delivery.recover import IMAGE, build_records, unfinished_builds
from sandbox import stack
from sandbox.emulator import Emulator
from sandbox.process import run
from sandbox.progress import Progress

INVOCATION = "aws:lambda/invocation:Invocation"


def converge(emulator: Emulator, environ: Mapping[str, str], progress: Progress) -> None:
    """If the emulator serves another generation than the stack was last brought to, believe only what is there.

    `pulumi refresh` drops what AWS no longer has. It can't see that an image is gone from the registry, nor that a new
    version 1 is not the one that was checked: the records of such builds, and all checks, are renewed by the next `up`.
    """
    seen = emulator.layout.home / "generation"
    if seen.exists() and seen.read_text() != emulator.generation:
        with progress.step("Refresh the stack: the emulator was not stopped cleanly") as step:
            _pulumi(emulator, environ, "refresh", "--yes", "--skip-preview")
            deployment = stack.export(emulator.layout)["deployment"] or {}
            stale = list(_stale(emulator, deployment.get("resources", [])))
            if stale:
                _pulumi(emulator, environ, "state", "taint", "--yes", *stale)
            step.outcome = f"{len(stale)} records to be renewed"
    seen.write_text(emulator.generation)


def renew_unfinished(emulator: Emulator, environ: Mapping[str, str], progress: Progress) -> None:
    """Before an update: a new tag for every build whose image an earlier run did not finish."""
    unfinished = unfinished_builds(stack.export(emulator.layout))
    if unfinished:
        with progress.step("Renew the builds that an earlier run did not finish") as step:
            _pulumi(emulator, environ, "state", "taint", "--yes", *unfinished)
            step.outcome = f"{len(unfinished)} of them"


def _stale(emulator: Emulator, resources: list[dict[str, Any]]) -> Iterator[str]:
    """URNs of the checks, and of the build records whose image the registry doesn't have."""
    lost = {
        resource["parent"]
        for resource in resources
        if resource["type"] == IMAGE and not _has_image(emulator, resource["outputs"]["repoDigest"])
    }
    yield from (record["urn"] for record in build_records(resources) if record["parent"] in lost)
    yield from (resource["urn"] for resource in resources if resource["type"] == INVOCATION)


def _has_image(emulator: Emulator, repo_digest: str) -> bool:
    repository, digest = repo_digest.split("/", 1)[1].split("@")
    url = f"{emulator.endpoint}/v2/{repository}/manifests/{digest}"
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=10).close()
    except urllib.error.HTTPError:
        return False
    return True


def _pulumi(emulator: Emulator, environ: Mapping[str, str], *arguments: str) -> str:
    layout = emulator.layout
    return run(["pulumi", *arguments], env=environ, cwd=layout.project, log=layout.logs / "recovery.log").stdout
