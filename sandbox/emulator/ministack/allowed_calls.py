"""Records what each principal's policies have allowed, so that a test can count calls and tell what nobody needs."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator

VARIABLE = "SANDBOX_ALLOWED_CALLS"
"""Names the file to write: a line with the principal's ARN and the action, whenever it is allowed."""


def record_allowed_calls(file: Path) -> None:
    """Record from now on. Calls of the root user are not evaluated, and so not recorded."""
    iam_evaluator.evaluate = _recorded(iam_evaluator.evaluate, file)


def _recorded(evaluate: Callable[..., Any], file: Path) -> Callable[..., Any]:
    @functools.wraps(evaluate)
    def evaluated(context: Any, *policies: Any) -> Any:
        result = evaluate(context, *policies)
        if result.decision == "Allow":
            with file.open("a") as lines:
                lines.write(f"{context.principal_arn} {context.action}\n")
        return result

    return evaluated
