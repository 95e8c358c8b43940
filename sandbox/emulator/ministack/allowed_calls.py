"""Records which actions each principal's policies have allowed, so that a test can tell which ones nobody needs."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator

VARIABLE = "SANDBOX_ALLOWED_CALLS"
"""Names the file to write: a line with the principal's ARN and the action, the first time that it is allowed."""


def record_allowed_calls(file: Path) -> None:
    """Record from now on. Calls of the root user are not evaluated, and so not recorded."""
    iam_evaluator.evaluate = _recorded(iam_evaluator.evaluate, file)


def _recorded(evaluate: Callable[..., Any], file: Path) -> Callable[..., Any]:
    seen: set[tuple[str, str]] = set()

    @functools.wraps(evaluate)
    def evaluated(context: Any, *policies: Any) -> Any:
        result = evaluate(context, *policies)
        call = context.principal_arn, context.action
        if result.decision == "Allow" and call not in seen:
            seen.add(call)
            with file.open("a") as lines:
                lines.write(f"{' '.join(call)}\n")
        return result

    return evaluated
