"""What the actions and wildcards of a policy's statements allow."""

import re
from collections.abc import Iterator

from components.settings.module import Statement

MIN_VERB_LETTERS = 3
"""Letters before the first wildcard of an action: the shortest verbs of AWS are `Get`, `Put` and `Add`."""

_READING = re.compile(
    "(batch)?(check|describe|detect|get|head|list|lookup|query|scan|search|select|view)", re.IGNORECASE
)
_GRANTING = re.compile("acl|attribute|grant|ownership|permission|polic(y|ies)|publicaccess|role", re.IGNORECASE)
"""Parts of the names of actions that AWS classifies as permissions management."""
_OF_IDENTITIES = {"iam", "identitystore", "organizations", "sso", "sso-directory", "sts"}
_WITHOUT_TYPES = {"s3", "sns", "sqs"}
"""Services whose ARNs end with a name alone, without a resource type."""
READ_SECRETS = {
    "parameterStore": ("ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:GetParametersByPath"),
    "secretsManager": ("secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"),
}
"""For each store of secrets, the actions that read a value."""
_POWERFUL = (
    "kms:Decrypt",
    *READ_SECRETS["parameterStore"],
    *READ_SECRETS["secretsManager"],
    "cloudformation:CreateStack",
    "cloudformation:UpdateStack",
    "ec2:RunInstances",
    "ecs:RunTask",
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "ssm:SendCommand",
    "ssm:StartSession",
)
"""Actions that reveal secrets, or run code with the permissions of others.

https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-2
https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
"""


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether a pattern matches as in IAM: `*` and `?` are wildcards, and a variable such as `${aws:username}` matches
    anything."""
    parts = re.split(r"(\*|\?|\$\{[^}]*\})", pattern)
    expression = "".join(
        {"*": ".*", "?": "."}.get(part, ".*" if part[:2] == "${" else re.escape(part)) for part in parts
    )
    return re.fullmatch(expression, text, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None


def is_nearly_all(action: str) -> bool:
    """Whether an action has a wildcard before its verb is clear: a reader can't tell what `iam:*e*` allows."""
    verb, *rest = re.split(r"[*?]", action.rpartition(":")[2], maxsplit=1)
    return bool(rest) and len(verb) < MIN_VERB_LETTERS


def powerful(statement: Statement) -> Iterator[tuple[int, str]]:
    """The actions, with their indexes, by which a function could get more permissions or read secrets of others.

    Only an `Allow` for all resources of a type has any.
    """
    if statement.effect == "Allow" and any(map(_is_everything, statement.resources)):
        yield from ((index, action) for index, action in enumerate(statement.actions) if _is_powerful(action))


def _is_everything(resource: str) -> bool:
    """Whether a resource is `*`, or an ARN of all resources of one type."""
    if resource == "*":
        return True
    service, name = resource.split(":", 5)[2::3]
    if service not in _WITHOUT_TYPES:
        name = re.sub(r"^[a-z-]+([:/]|(?=\*$))", "", name)
    return not re.sub(r"\$\{[^}]*\}", "", name).strip("*?/:")


def _is_powerful(action: str) -> bool:
    if any(matches(action, known, ignore_case=True) for known in _POWERFUL):
        return True
    service, _, name = action.partition(":")
    if _READING.match(name):
        return False
    return service.lower() in _OF_IDENTITIES or "*" in name or "?" in name or _GRANTING.search(name) is not None
