"""The tags of images. Imports nothing of Pulumi, so that commands that read tags start quickly."""

import re
from datetime import datetime

SERVED_TAG_PREFIX = "served-"
CACHE_TAG_PREFIX = "cache-"
"""What the tag of a build's cache begins with; the build's tag follows."""
PROMOTED_TAG_PREFIX = "promoted-"

_BUILD_TAG = re.compile(r"[0-9a-f]{12}-[0-9]{8}T[0-9]{9}Z(?:-(?P<commit>[0-9a-f]{7,12}))?")


def build_tag(content_hash: str, now: datetime, commit: str = "") -> str:
    """A unique tag: the first 12 digits of the content hash, the time in UTC to the millisecond, and the first 12
    digits of the commit if it is known.
    """
    tag = f"{content_hash[:12]}-{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z"
    return f"{tag}-{commit[:12]}" if commit else tag


def commit_of(tag: str) -> str | None:
    """The commit in the tag of a build, if it has one."""
    built = _BUILD_TAG.fullmatch(tag)
    return built["commit"] if built else None


def is_build_tag(tag: str) -> bool:
    """Whether it is the tag of a build."""
    return _BUILD_TAG.fullmatch(tag) is not None


def is_build_of(tag: str, content_hash: str) -> bool:
    """Whether it is the tag of a build of this content."""
    return is_build_tag(tag) and tag.startswith(f"{content_hash[:12]}-")


def copied_tag(digest: str) -> str:
    """The tag of an image that was copied from another stack, if the tag of its build isn't known."""
    return "copied-" + digest.removeprefix("sha256:")[:12]


def promoted_prefix(stack: str) -> str:
    """What the tags begin with by which a stack keeps images in another stack's repository."""
    return f"{PROMOTED_TAG_PREFIX}{stack}-"


def promoted_tag(stack: str, digest: str) -> str:
    """The tag by which a stack keeps an image in another stack's repository."""
    return promoted_prefix(stack) + digest.removeprefix("sha256:")[:12]


def served_tag(digest: str) -> str:
    """The tag of an image that is or was served."""
    return SERVED_TAG_PREFIX + digest.removeprefix("sha256:")[:12]
