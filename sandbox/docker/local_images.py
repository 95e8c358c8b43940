"""Prunes the images that builds leave in Docker's local store. The newest stay, because builds reuse their layers."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sandbox.docker.engine import DockerEngine

Image = dict[str, Any]
"""As `docker image inspect` describes one: `Id`, `RepoTags`, `RepoDigests`, `Metadata`."""


def prune_local_tags(docker: DockerEngine, repository_prefix: str, keep: int) -> list[str]:
    """Remove all but the `keep` images tagged last, in each repository whose name begins with the prefix.

    `localhost:4566/` is the prefix of all repositories of one emulator's registry. An image that a container uses
    keeps its names, unless it has a name with another prefix as well. Returns the names that were removed.
    """
    listed = docker.run("image", "ls", "--no-trunc", "--format", "{{.Repository}} {{.ID}}").stdout.splitlines()
    ids = [line.split()[1] for line in listed if line.startswith(repository_prefix)]
    used = {container["Image"] for container in _described(docker, docker.run("ps", "--all", "--quiet").stdout.split())}
    by_repository: dict[str, list[list[str]]] = defaultdict(list)
    for image in sorted(_described(docker, ids), key=_tagged_at, reverse=True):
        named = _names(image)
        ours = {repository for repository in named if repository.startswith(repository_prefix)}
        stays = image["Id"] in used and named.keys() == ours
        for repository in ours:
            by_repository[repository].append([] if stays else named[repository])
    removed = [name for images in by_repository.values() for names in images[keep:] for name in names]
    if removed:
        docker.run("image", "rm", *removed)
    return removed


def _described(docker: DockerEngine, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the description of each image or container once, without those that were removed meanwhile."""
    if not ids:
        return []
    answer = docker.run("inspect", *dict.fromkeys(ids), check=False).stdout
    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(answer)[0]  # messages about missing ones come after it
    return found


def _names(image: Image) -> dict[str, list[str]]:
    """Return the tags by repository, or the digest of an image that was pulled without a tag."""
    names: dict[str, list[str]] = defaultdict(list)
    for tag in image["RepoTags"]:
        names[tag.rpartition(":")[0]].append(tag)
    for digest in image["RepoDigests"]:
        names.setdefault(digest.partition("@")[0], [digest])
    return names


def _tagged_at(image: Image) -> datetime:
    """Return when the image was tagged. Its build time is useless: a fully cached build is as old as the cache."""
    return datetime.fromisoformat(image["Metadata"]["LastTagTime"])
