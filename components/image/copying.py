"""Copies an image from one repository to another, in the same registry or between registries, without Docker."""

import hashlib
from collections.abc import Callable

from components.files.json_document import parse
from components.image.registry_client import RegistryClient

LARGE_BYTES = 50 * 2**20
"""Layers of this size or more are reported before they are copied."""
_MIB = 2**20


def copy_image(
    source: RegistryClient, target: RegistryClient, digest: str, tag: str, say: Callable[[str], None]
) -> None:
    """Copy the image with this digest, and give it a tag. What the target has already is not copied again.

    The manifest stays the same byte for byte, and therefore its digest. It is stored last, so that an interrupted copy
    leaves no image, and the next one continues it. Raises FileNotFoundError if the source doesn't have the image,
    OSError if a registry refuses or answers something else, and ValueError if it isn't a single image.
    """
    media_type, manifest = source.read(f"manifests/{digest}")
    if f"sha256:{hashlib.sha256(manifest).hexdigest()}" != digest:
        raise OSError("the manifest that it answered has another digest")
    try:
        image = parse(manifest)
        sizes = {str(part["digest"]): int(part["size"]) for part in (*image["layers"], image["config"])}
    except (KeyError, TypeError) as wrong:
        raise ValueError("its manifest is not that of a single image") from wrong
    for number, (blob, size) in enumerate(sizes.items(), start=1):
        if not target.has(f"blobs/{blob}"):
            if size >= LARGE_BYTES:
                say(f"copying layer {number} of {len(sizes) - 1}, {size / _MIB:,.0f} MiB, from {source.repository}")
            target.copy_blob(source, blob, size)
    target.put_manifest(tag, media_type, manifest)
