"""Merges settings from several places."""

from collections.abc import Mapping
from typing import Any


def overridden(own: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a JSON Merge Patch: mappings are merged, `None` removes a key, and any other value replaces it.

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
    """Add defaults for keys that aren't set; each entry of a mapping has its own default."""
    both = {
        key: {**default, **own[key]}
        for key, default in defaults.items()
        if isinstance(default, Mapping) and isinstance(own.get(key), Mapping)
    }
    return {**defaults, **own, **both}
