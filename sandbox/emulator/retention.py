"""Applies ECR's lifecycle policies, which the emulator stores but never runs.

Only rules that count images, the kind this program writes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

Image = dict[str, Any]
"""As ECR describes one: `imageDigest`, `imageTags`, `imagePushedAt` (seconds)."""


def expired(images: Sequence[Image], policy: str) -> set[str]:
    """Return the digests that `policy` (JSON text) expires.

    A rule counts all images that it selects, but it doesn't expire those that a rule with a higher priority selects.
    """
    rules = sorted(json.loads(policy)["rules"], key=lambda rule: int(rule["rulePriority"]))
    # Reversed after sorting: of two images pushed in the same second, the one listed later counts as newer.
    newest_first = sorted(images, key=lambda image: float(image["imagePushedAt"]))[::-1]
    gone: set[str] = set()
    decided: set[str] = set()
    for rule in rules:
        selected = [
            image["imageDigest"] for image in newest_first if _selects(rule["selection"], image.get("imageTags", []))
        ]
        if rule["selection"]["countType"] == "imageCountMoreThan":
            gone.update(set(selected[int(rule["selection"]["countNumber"]) :]) - decided)
        decided.update(selected)
    return gone


def layers(manifests: Iterable[bytes]) -> set[str]:
    """The digests of all blobs that these manifests refer to."""
    wanted: set[str] = set()
    for manifest in map(json.loads, manifests):
        parts = [manifest.get("config"), *manifest.get("layers", []), *manifest.get("manifests", [])]
        wanted.update(part["digest"] for part in parts if part)
    return wanted


def _selects(selection: dict[str, Any], tags: Sequence[str]) -> bool:
    match selection["tagStatus"]:
        case "any":
            return True
        case "untagged":
            return not tags
        case _:
            return any(tag.startswith(prefix) for prefix in selection.get("tagPrefixList", []) for tag in tags)
