"""JSON documents such as policies: their form in the state, and whether two of them have the same meaning."""

import json
from typing import Any

from sandbox.offline.plugins.rules import Property, as_is


def compact(text: Any) -> Any:
    """Removes whitespace and sorts keys. A string that is not JSON is not changed."""
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return text


def version_first(text: Any) -> Any:
    """Like `compact`, but with `Version` first, which is the form of identity policies."""
    try:
        document = json.loads(text)
    except ValueError:
        return text
    if not isinstance(document, dict) or "Version" not in document:
        return compact(text)
    rest = {key: document[key] for key in sorted(document) if key != "Version"}
    ordered = {"Version": document["Version"], **json.loads(compact(json.dumps(rest)))}
    return json.dumps(ordered, separators=(",", ":"), ensure_ascii=False)


def same_policy(old: Any, new: Any) -> bool:
    """Ignores formatting, the order of keys, actions and statements, and a list around a single element."""
    return _same_meaning(old, new, _policy_meaning)


def policy_object(label: str, value: str) -> str | None:
    """Checks that an IAM policy is a JSON object."""
    if value == "":
        return f'"{label}" is an empty string, which is not a valid JSON value'
    try:
        document = json.loads(value)
    except ValueError as error:
        return f'"{label}" contains an invalid JSON policy: {error}'
    return None if isinstance(document, dict) else f'"{label}" contains an invalid JSON policy: not a JSON object'


IDENTITY_POLICY = Property(required=True, json=True, valid=policy_object, normalise=version_first, same=same_policy)


def same_json(old: Any, new: Any) -> bool:
    """Ignores formatting and the order of keys."""
    return _same_meaning(old, new, as_is)


def same_lifecycle(old: Any, new: Any) -> bool:
    """Ignores formatting and the order of keys, rules and tag prefixes."""
    return _same_meaning(old, new, _lifecycle_meaning)


def _same_meaning(old: Any, new: Any, meaning: Any) -> bool:
    try:
        return bool(meaning(json.loads(old)) == meaning(json.loads(new)))
    except ValueError:
        return bool(old == new)


def _policy_meaning(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _policy_meaning(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted((_policy_meaning(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return value


def _lifecycle_meaning(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lifecycle_meaning(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_lifecycle_meaning(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value
