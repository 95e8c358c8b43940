"""How the patterns of IAM policies relate: `*` and `?` are wildcards, and a variable such as `${aws:username}` may be
any text.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re

_VARIABLE = re.compile(r"\$\{[^}]*\}")


def overlap(one: str, other: str) -> bool:
    """Return whether there is a text that matches both patterns."""
    first, second = _VARIABLE.sub("*", one), _VARIABLE.sub("*", other)
    left, seen = [(0, 0)], set()
    while left:
        at = left.pop()
        if at in seen:
            continue
        seen.add(at)
        i, j = at
        if at == (len(first), len(second)):
            return True
        a, b = first[i : i + 1], second[j : j + 1]
        if a == "*":
            left += [(i + 1, j), *([(i, j + 1)] if b else [])]
        elif b == "*":
            left += [(i, j + 1), *([(i + 1, j)] if a else [])]
        elif a and b and (a == b or "?" in (a, b)):
            left.append((i + 1, j + 1))
    return False


def covers(pattern: str, other: str) -> bool:
    """Return whether each text that matches `other` certainly matches `pattern`. A pattern with a variable covers
    nothing, because the variable's value is not known."""
    if _VARIABLE.search(pattern):
        return False
    narrower = _VARIABLE.sub("*", other)
    left, seen = [(0, 0)], set()
    while left:
        at = left.pop()
        if at in seen:
            continue
        seen.add(at)
        i, j = at
        if at == (len(pattern), len(narrower)):
            return True
        wide, narrow = pattern[i : i + 1], narrower[j : j + 1]
        if wide == "*":
            left += [(i + 1, j), *([(i, j + 1)] if narrow else [])]
        elif wide and narrow and narrow != "*" and wide in ("?", narrow):
            left.append((i + 1, j + 1))
    return False
