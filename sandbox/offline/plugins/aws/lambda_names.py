"""How a Lambda function is named: by its name or ARN, with or without a qualifier (an alias or a version)."""

from typing import Any

_MARK = ":function:"


def split_qualified(name: str) -> tuple[str, str]:
    """The name or ARN, and the qualifier behind it, empty if there is none."""
    arn, mark, rest = name.rpartition(_MARK)
    function, _, qualifier = rest.partition(":")
    return arn + mark + function, qualifier


def same_function(old: str, new: str) -> bool:
    """A name and the ARN of the same function, or of the same alias or version of it."""
    return old.rpartition(_MARK)[2] == new.rpartition(_MARK)[2]


def target(function: str, qualifier: str) -> Any:
    """The arguments by which a Lambda operation is told its function."""
    return {"FunctionName": function, **({"Qualifier": qualifier} if qualifier else {})}
