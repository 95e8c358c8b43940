"""Refuses an image that Lambda would reject, after the push and before the function changes."""

from collections.abc import Callable, Mapping
from typing import Any

from components.errors import ComponentError
from components.files.json_document import parse
from components.image.registry_client import INDEXES, MANIFESTS, reason
from components.printable import printable

MAX_IMAGE_BYTES = 10 * 1024**3
"""How large an image may be without compression: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

The registry knows the sizes of compressed layers alone, so a smaller sum proves nothing.
"""

_ARCHITECTURES = {"amd64": "x86_64"}
"""The names that Lambda gives to Docker's architectures, where they differ."""

Read = Callable[[str], tuple[str, bytes]]
"""Reads a repository: see `RegistryClient.read`."""


def verify_image(uri: str, architecture: str, has_start: bool, read: Read) -> None:
    """Raise ComponentError, with the cause and the remedy, if Lambda can't run the image.

    `architecture` is that of the function, by Lambda's name. `has_start` says whether the function's settings name a
    command or an entry point. `read` reads the image's repository.
    """
    if problem := image_problem(uri.partition("@")[2], architecture, has_start, read):
        raise ComponentError(f"the function was left as it is, because its new image {uri} {problem}")


REBUILD = "Taint its build record, as docs/recovery.md describes, and update again: that builds another image"


def image_problem(digest: str, architecture: str, has_start: bool, read: Read, if_gone: str = REBUILD) -> str | None:
    """Return why Lambda can't run an image, and what to do. None if it probably can.

    `if_gone` says what to do if the registry doesn't have the image.
    """
    try:
        media_type, content = read(f"manifests/{digest}")
        manifest = parse(content)
        if wrong := _wrong_media_type(str(manifest.get("mediaType") or media_type)):
            return wrong
        config = parse(read(f"blobs/{manifest['config']['digest']}")[1])
        return _too_large(manifest) or _wrong_config(config, architecture, has_start)
    except FileNotFoundError as missing:
        return f"is gone from the registry ({missing}). {if_gone}"
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as failed:  # the latter of an unexpected document
        return f"can't be read from the registry: {printable(reason(failed))}. Update again when the registry answers"


def _wrong_media_type(media_type: str) -> str | None:
    """See https://docs.aws.amazon.com/lambda/latest/dg/images-create.html"""
    if media_type in INDEXES:
        return (
            f"is an index of images ({media_type}), and Lambda accepts a single image only. Docker pushes an index if "
            "it uses the containerd image store, adds provenance attestations, or builds for several platforms: turn "
            "off what applies, and update again"
        )
    if media_type not in MANIFESTS:
        return f"has the media type {printable(media_type)}, and Lambda accepts only {' and '.join(sorted(MANIFESTS))}"
    return None


def _too_large(manifest: Mapping[str, Any]) -> str | None:
    size = sum(int(layer.get("size", 0)) for layer in manifest.get("layers", []))
    if size <= MAX_IMAGE_BYTES:
        return None
    limit = MAX_IMAGE_BYTES // 1024**3
    return f"has {size / 1024**3:.1f} GiB of compressed layers, and Lambda accepts {limit} GiB: make it smaller"


def _wrong_config(config: Mapping[str, Any], architecture: str, has_start: bool) -> str | None:
    built = str(config.get("architecture", ""))
    if _ARCHITECTURES.get(built, built) != architecture:
        return (
            f"is built for {printable(built) or 'an unknown architecture'}, and the function runs on {architecture}: "
            "set the module's `architecture`, or change the platform in its Dockerfile"
        )
    runs = config.get("config") or {}
    if not (has_start or runs.get("Entrypoint") or runs.get("Cmd")):
        return (
            "has neither an ENTRYPOINT nor a CMD, so Lambda can't start it: add one to the Dockerfile, or set "
            "`image.command` or `image.entryPoint`"
        )
    return None
