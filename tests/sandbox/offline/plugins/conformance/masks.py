"""The masks of the recordings: the values for which they stand in inputs, and which they match in responses."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_REPEATED = re.compile(r"<(.) x(\d+)>")
_UUID = "11111111-2222-3333-4444-555555555555"
_STANDINS = {
    "<digest-v1>": "1" * 64,
    "<digest-v2>": "2" * 64,
    "<uuid>": _UUID,
}
_PATTERNS = {
    _UUID: "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "<random7>": "[0-9a-f]{7}",
    "<tf-unique>": r"\d{26}",
    "<AROA-id>": "AROA[A-Z0-9]+",
    "<ANPA-id>": "ANPA[A-Z0-9]+",
    "<secret-suffix>": "[A-Za-z0-9]{6}",
    "<stream-label>": r"\d{4}-\d\d-\d\dT[\d:.]+",
    "<timestamp>": r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d+)",
    "<url-id>": "[a-z0-9]{32}",
    "127.0.0.1:4566": r"127\.0\.0\.1:\d+",
    "<password>": ".+",
    "<authorization-token>": "[A-Za-z0-9+/=]+",
}


def filled(value: Any, generated: str = "") -> Any:
    """Returns a recorded input with values for its masks. `generated` is the name that Check generated."""
    if isinstance(value, Mapping):
        return {key: filled(item, generated) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, generated) for item in value]
    if not isinstance(value, str):
        return value
    if "<random7>" in value:
        return generated
    for mask, standin in _STANDINS.items():
        value = value.replace(mask, standin)
    return _REPEATED.sub(lambda match: match[1] * int(match[2]), value)


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Yields where a response differs from the recorded one. Below the top level an empty value equals an absent one.

    The recorder's bridge returns either null or an empty list for the same value.
    """
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        if path:
            expected, actual = _without_empty(expected), _without_empty(actual)
        for key in sorted({*expected, *actual}):
            where = f"{path}.{key}".lstrip(".")
            if key not in actual or key not in expected:
                yield f"{where}: recorded {expected.get(key, '<absent>')!r}, now {actual.get(key, '<absent>')!r}"
            else:
                yield from differences(expected[key], actual[key], where)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for i, (was, is_) in enumerate(zip(expected, actual, strict=True)):
            yield from differences(was, is_, f"{path}[{i}]")
    elif not _matches(expected, actual):
        yield f"{path}: recorded {expected!r}, now {actual!r}"


def causes(refusal: Any) -> list[str]:
    """Returns what a refusal names in any wording: the properties of failures, and the error codes of AWS.

    The list is empty if the recorder's bridge refused a value of a wrong type, because it names no property.
    """
    properties = re.findall(r"Examine values at '[^.']+\.([\w.]+)", json.dumps(refusal))
    codes = re.findall(r"\b(\w+(?:Exception|AlreadyExists|NoSuchEntity))\b", json.dumps(refusal))
    return sorted({*properties, *codes})


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", [], {})}


def _matches(expected: Any, actual: Any) -> bool:
    if not isinstance(expected, str) or not isinstance(actual, str):
        return bool(expected == actual)
    pattern = re.escape(str(filled(expected, "<random7>") if "<random7>" not in expected else expected))
    for mask, regex in _PATTERNS.items():
        pattern = pattern.replace(re.escape(mask), regex)
    return re.fullmatch(pattern, actual) is not None
