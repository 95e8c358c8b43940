"""The images that builds leave in Docker's local store: the newest few are kept, they hold the layers to build on."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sandbox.docker.engine import DockerEngine

Image = dict[str, Any]
"""As `docker image inspect` describes one: `Id`, `RepoTags`, `RepoDigests`, `Metadata`."""


def prune_local_tags(docker: DockerEngine, repository_prefix: str, keep: int) -> list[str]:
    """Remove, in each repository whose name begins with the prefix, all but the `keep` images tagged last.

    `localhost:4566/` is the prefix of all that one emulator's registry holds. An image that a container uses stays,
    unless it has a name with another prefix to stay by. Gives the names that were removed.
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
    """What these images or containers are, each once, without those that others have removed since they were listed."""
    if not ids:
        return []
    answer = docker.run("inspect", *dict.fromkeys(ids), check=False).stdout
    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(answer)[0]  # words on missing ones come after it
    return found


def _names(image: Image) -> dict[str, list[str]]:
    """By repository: the tags, or the digest of an image that was pulled without one. It goes with the last tag."""
    names: dict[str, list[str]] = defaultdict(list)
    for tag in image["RepoTags"]:
        names[tag.rpartition(":")[0]].append(tag)
    for digest in image["RepoDigests"]:
        names.setdefault(digest.partition("@")[0], [digest])
    return names


def _tagged_at(image: Image) -> datetime:
    """Not when it was built: a build that finds all in the cache gives an image as old as the cache."""
    return datetime.fromisoformat(image["Metadata"]["LastTagTime"])
