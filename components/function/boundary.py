"""Compares the permissions of functions with the permissions boundary of their roles.

A role can do only what both its policies and its boundary allow. What the boundary doesn't allow is denied when the
function tries it, and not where the role has no boundary, such as in the sandbox.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import invoke_async

from components.account import account_scope
from components.arn import AwsScope
from components.function.function import AWS_SDK
from components.iam_patterns import covers, overlap
from components.policy import Statement
from components.printable import printable
from components.settings import StackSettings

DENIED = "the permissions boundary denies what the role's policy allows"
"""A part of each warning. delivery/report/reading.py reads the warnings."""


@dataclass(frozen=True)
class Boundary:
    arn: str
    statements: Sequence[Statement]
    scope: AwsScope
    """Where the roles and their functions are."""

    @classmethod
    async def read(cls, arn: str) -> "Boundary | None":
        """Read the default version of the policy. If that isn't possible, warn, and return None."""
        options = pulumi.InvokeOptions(version=AWS_SDK)
        try:
            scope, policy = await asyncio.gather(
                account_scope(options), invoke_async("aws:iam/getPolicy:getPolicy", {"arn": arn}, options)
            )
            statements = json.loads(policy["policy"])["Statement"]
        except Exception as failed:  # the SDK has no narrower one
            pulumi.log.warn(f"the permissions boundary can't be compared with policies: {printable(failed)}")
            return None
        return cls(arn, _listed(statements), scope)

    def denied(self, statements: Iterable[Statement]) -> Iterator[tuple[str, str]]:
        """Yield each action and resource that statements of a role allow, and that the boundary certainly denies.

        They may be patterns; then all that matches them is denied. Conditions of the boundary are taken to allow
        whatever they could allow, and to deny nothing.
        """
        for statement in statements:
            if statement["Effect"] == "Allow":
                for action in _listed(statement["Action"]):
                    for resource in _listed(statement["Resource"]):
                        if not self._may_allow(action, resource):
                            yield action, resource

    def warn(self, module: str, statements: Iterable[Statement], resource: pulumi.Resource) -> None:
        """Warn once, in one line, of everything that the statements of a module's role allow in vain."""
        denied = dict.fromkeys(f"{action} on {on}" for action, on in self.denied(statements))
        if denied:
            pulumi.log.warn(
                f"{module}: {DENIED}: {printable('; '.join(denied))}. Allow it in {self.arn}, too. If bootstrap/ "
                "created that, add it to delivery/policies/boundary.json, and run `pulumi up` in bootstrap/.",
                resource,
            )

    def _may_allow(self, action: str, resource: str) -> bool:
        allowing = any(
            _may_concern(each, "Action", action) and _may_concern(each, "Resource", resource)
            for each in self.statements
            if each["Effect"] == "Allow"
        )
        return allowing and not any(
            _concerns(each, "Action", action) and _concerns(each, "Resource", resource)
            for each in self.statements
            if each["Effect"] == "Deny" and not each.get("Condition")
        )


def boundary_of(settings: StackSettings) -> pulumi.Output[Boundary | None] | None:
    """The boundary of a stack's roles. None if they have none."""
    arn = settings.permissions_boundary
    return pulumi.Output.from_input(Boundary.read(arn)) if arn else None


def _may_concern(statement: Statement, key: str, pattern: str) -> bool:
    """Return whether a statement is about something that matches a pattern."""
    if key in statement:
        return any(overlap(each, pattern) for each, pattern in _comparable(statement[key], key, pattern))
    return not any(covers(each, pattern) for each, pattern in _comparable(statement[f"Not{key}"], key, pattern))


def _concerns(statement: Statement, key: str, pattern: str) -> bool:
    """Return whether a statement is about everything that matches a pattern."""
    if key in statement:
        return any(covers(each, pattern) for each, pattern in _comparable(statement[key], key, pattern))
    return not any(overlap(each, pattern) for each, pattern in _comparable(statement[f"Not{key}"], key, pattern))


def _comparable(patterns: Any, key: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Pairs of patterns. IAM ignores the case of actions."""
    for each in _listed(patterns):
        yield (each.lower(), pattern.lower()) if key == "Action" else (each, pattern)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
