"""The checks that a new version must pass before it is served."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from components.errors import ComponentError
from components.files.json_document import parse
from components.printable import printable


def check_version(known: Mapping[str, Any]) -> str:
    """Return the version. Raises ComponentError with the remedy unless it has the wanted image and description."""
    published, wanted = known["published"], known["wanted"]
    if published == wanted:
        return str(known["version"])
    raise ComponentError(
        f"the function '{known['function']}' has no version with the wanted image and settings: its newest version, "
        f"{known['version']}, has {_describe(published)}, and {_describe(wanted)} is wanted. An earlier update failed "
        f"or was ended before it published a version, or this update is limited to other resources with `--target`. "
        f"The alias still serves the version that it served before. Repair the stack and update again:\n"
        f"  python -m delivery.recover --stack {known['stack']}\n"
        f"  pulumi up --stack {known['stack']}"
    )


def unpublished(message: str) -> list[str]:
    """The names of the functions that `check_version` refused, from the text of an update's or a preview's errors."""
    return re.findall(r"the function '([^']+)' has no version with the wanted image and settings", message)


def missing_version(known: Mapping[str, Any], reason: str) -> str:
    """The error message for a version that can't be read."""
    reason = printable(" ".join(reason.split()))
    return (
        f"version {known['version']} of the function '{known['function']}' can't be read: {reason}. "
        "If it was deleted by someone else, let Pulumi see what is left, and update again:\n"
        "  pulumi refresh\n"
        "  pulumi up"
    )


def _describe(version: Mapping[str, Any]) -> str:
    return f"{version['image']} ({printable(version['description'])})"


def check_answer(known: Mapping[str, Any]) -> str:
    """Return the version if its answer contains what is expected.

    Raises ComponentError that names the differing keys otherwise, but not the answer, which is a secret.
    """
    version, function = known["version"], known["function"]
    try:
        answer = parse(known["answer"])
    except ValueError:
        raise ComponentError(
            f"version {version} of the function '{function}' answers the smoke event with something that is not JSON, "
            "so it can't be compared with what is expected. The version served before still is. "
            "Correct the module, or leave out its `smoke.expect`"
        ) from None
    wrong = list(_differing(known["expected"], answer))
    if not wrong:
        return str(version)
    raise ComponentError(
        f"version {version} of the function '{function}' answers the smoke event with something else than expected in: "
        f"{', '.join(wrong)}. The version served before still is. Correct the module, or its `smoke.expect`"
    )


def _differing(expected: Any, answer: Any, path: str = "") -> Iterator[str]:
    """The keys whose values differ from the expected ones; other keys of the answer may have any value."""
    if isinstance(expected, Mapping) and isinstance(answer, Mapping):
        for key, value in expected.items():
            yield from _differing(value, answer.get(key), f"{path}.{key}" if path else str(key))
    elif expected != answer:
        yield printable(path) or "the answer"
