"""Putting settings from several places together."""

from collections.abc import Mapping
from typing import Any


def overridden(own: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Merge Patch: mappings are merged, `None` removes, everything else replaces.

    https://www.rfc-editor.org/rfc/rfc7396
    """
    merged = dict(own)
    for key, value in override.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            below = merged.get(key)
            merged[key] = overridden(below if isinstance(below, Mapping) else {}, value)
        else:
            merged[key] = value
    return merged


def completed(own: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, and the defaults for what isn't; the entries of a mapping each have theirs."""
    both = {
        key: {**default, **own[key]}
        for key, default in defaults.items()
        if isinstance(default, Mapping) and isinstance(own.get(key), Mapping)
    }
    return {**defaults, **own, **both}
