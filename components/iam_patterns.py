"""How the patterns of IAM policies relate: `*` and `?` are wildcards, and a variable such as `${aws:username}` may be
any text.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Callable, Iterator

Steps = Iterator[tuple[int, int]]

_VARIABLE = re.compile(r"\$\{[^}]*\}")


def overlap(one: str, other: str) -> bool:
    """Return whether there is a text that matches both patterns."""

    def following(a: str, b: str) -> Steps:
        if a == "*":
            yield 1, 0
            if b:
                yield 0, 1
        elif b == "*":
            yield 0, 1
            if a:
                yield 1, 0
        elif a and b and (a == b or "?" in (a, b)):
            yield 1, 1

    return _match(_VARIABLE.sub("*", one), _VARIABLE.sub("*", other), following)


def covers(pattern: str, other: str) -> bool:
    """Return whether each text that matches `other` certainly matches `pattern`. A pattern with a variable covers
    nothing, because the variable's value is not known."""

    def following(wide: str, narrow: str) -> Steps:
        if wide == "*":
            yield 1, 0
            if narrow:
                yield 0, 1
        elif wide and narrow and narrow != "*" and wide in ("?", narrow):
            yield 1, 1

    return not _VARIABLE.search(pattern) and _match(pattern, _VARIABLE.sub("*", other), following)


def _match(first: str, second: str, following: Callable[[str, str], Steps]) -> bool:
    """Return whether both patterns can be read to their ends.

    `following` yields by how many characters to go on in each, given the next character of each, which is empty at the
    end.
    """
    left, seen = [(0, 0)], set()
    while left:
        at = left.pop()
        if at == (len(first), len(second)):
            return True
        if at not in seen:
            seen.add(at)
            i, j = at
            left += [(i + a, j + b) for a, b in following(first[i : i + 1], second[j : j + 1])]
    return False
