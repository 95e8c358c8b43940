"""Follows what modules need, or what needs them, to the end."""

from collections.abc import Callable, Iterable


def closure(names: Iterable[str], following: Callable[[set[str]], Iterable[str]]) -> set[str]:
    """Return names with those that follow from them, and so on. `following` is called with the names found last."""
    found, added = set[str](), {*names}
    while added:
        found |= added
        added = {*following(added)} - found
    return found
