"""A short record of what a version may do, which is part of its description.

All versions of a function run under one role, which has the permissions of the newest one. The records of two versions
show whether the role has what another version needs.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from components.policy import Statement

ALWAYS = {"WriteOwnLogs", "WriteTraces"}
"""The names of statements that every role has."""
_LENGTH = 3
"""How many characters mark a permission."""
_MARKS = re.compile(rf", permissions (?P<marks>(?:[A-Za-z0-9_-]{{{_LENGTH}}})+|#[0-9a-f]{{8}})\)?$")


def permission_marks(statements: Iterable[Statement], managed_policies: Iterable[str], room: int) -> str:
    """Return a mark of each permission: one for each action on each resource, and one for each managed policy.

    If they take more characters than there is room, it is one digest of all. A change of what is denied changes all
    marks, because less is allowed if more is denied.
    """
    others = [statement for statement in statements if statement.get("Sid") not in ALWAYS]
    denied = [each for each in others if each["Effect"] == "Deny"]
    allowed = [part for each in others if each["Effect"] == "Allow" for part in _parts(each)]
    permissions = sorted({_hash([part, denied]) for part in (*allowed, *managed_policies)})
    if len(permissions) * _LENGTH <= room:
        return "".join(sorted({each[:_LENGTH] for each in permissions}))
    return f"#{hashlib.sha256(''.join(permissions).encode()).hexdigest()[:8]}"


def lacks(needed: str, *given: str) -> bool:
    """Return whether a role with the permissions of given versions lacks some that another version needs.

    All are descriptions of versions. One without marks is of a version that needs no permissions of its own, or that is
    older than the record.
    """
    return not _marks(needed) <= set().union(*map(_marks, given))


def _marks(description: str) -> set[str]:
    found = _MARKS.search(description)
    if found is None:
        return set()
    marks = found["marks"]
    if marks.startswith("#"):
        return {marks}
    return {marks[start : start + _LENGTH] for start in range(0, len(marks), _LENGTH)}


def _parts(statement: Statement) -> Iterator[Any]:
    for action in _listed(statement["Action"]):
        for resource in _listed(statement["Resource"]):
            yield [action, resource, statement.get("Condition")]


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


def _hash(value: Any) -> str:
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()
