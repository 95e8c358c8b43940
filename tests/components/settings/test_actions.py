from typing import Any

import pytest
from policy_sentry.querying.actions import get_actions_for_service, get_actions_with_access_level

from components.settings.actions import is_nearly_all, matches, powerful
from components.settings.module import Statement
from tests.components.settings.conftest import Checkout

CORE = ["dynamodb", "ecr", "events", "iam", "kms", "lambda", "organizations", "s3", "secretsmanager", "sns", "sqs"]
"""Services whose permissions functions are most often given."""
NO_RIGHTS_OF_OTHERS = {
    *("dynamodb:UpdateAbacStatus", "lambda:DisableReplication", "lambda:EnableReplication"),
    *("s3:BypassGovernanceRetention", "s3:ObjectOwnerOverrideToBucketOwner", "sns:CreateTopic", "sqs:CreateQueue"),
}
"""What AWS counts among the management of permissions, although it gives nobody more."""


def statement(*actions: str, resource: str = "*", effect: Any = "Allow") -> Statement:
    return Statement(effect=effect, actions=list(actions), resources=[resource])


@pytest.mark.parametrize(
    "action",
    [
        "*",
        "iam:*",
        "iam:**",
        "iam:?*",
        "iam:*?",
        "iam:*e*",
        "iam:*a*e*",
        "iam:*ate*",
        "iam:C*",
        "iam:U?d*",
        "s3:*Object",
    ],
)
def test_a_pattern_that_does_not_begin_with_what_is_done_is_nearly_all(action: str) -> None:
    assert is_nearly_all(action)


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:Get*", "sqs:Send*", "s3:Put?bject", "iam:PassRole"])
def test_an_action_or_those_of_a_kind_are_not(action: str) -> None:
    assert not is_nearly_all(action)


@pytest.mark.parametrize("service", CORE)
def test_no_pattern_that_is_taken_means_most_of_what_a_service_can_do(service: str) -> None:
    actions = get_actions_for_service(service)
    patterns = {f"{action[: action.index(':') + 4]}*" for action in actions}
    for pattern in patterns:
        assert is_nearly_all(pattern) or sum(matches(pattern, action) for action in actions) < 0.6 * len(actions)


@pytest.mark.parametrize("service", CORE)
def test_what_manages_permissions_of_all_resources_is_powerful(service: str) -> None:
    managing = get_actions_with_access_level(service, "Permissions management")
    known = {action for action in managing if list(powerful(statement(action)))}
    assert set(managing) - known <= NO_RIGHTS_OF_OTHERS


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PassRole", "*"),
        ("iam:PassRole", "arn:aws:iam::*:role/*"),
        ("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/${aws:username}"),
        ("sts:AssumeRole", "*"),
        ("kms:Decrypt", "arn:aws:kms:*:*:key/*"),
        ("kms:Dec*", "*"),
        ("ssm:Get*", "arn:aws:ssm:*:*:parameter/*"),
        ("secretsmanager:getsecretvalue", "*"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::*"),
        ("s3:Put*", "*"),
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:*"),
        ("sqs:SetQueueAttributes", "arn:aws:sqs:*:*:*"),
    ],
)
def test_so_is_what_gives_out_rights_or_secrets_or_may_do(action: str, resource: str) -> None:
    assert list(powerful(statement("s3:GetObject", action, resource=resource))) == [(1, action)]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "*"),
        ("s3:Get*", "*"),
        ("cloudwatch:PutMetricData", "*"),
        ("textract:AnalyzeDocument", "*"),
        ("iam:GetRole", "*"),
        ("kms:Decrypt", "arn:aws:kms:eu-central-1:123456789012:key/1-2"),
        ("iam:PassRole", "arn:aws:iam::123456789012:role/tasks-*"),
        ("s3:Put*", "arn:aws:s3:::my-bucket/*"),
        ("sns:SetTopicAttributes", "arn:aws:sns:eu-central-1:123456789012:news"),
        ("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/shared/*"),
    ],
)
def test_what_reads_or_is_about_few_resources_is_not(action: str, resource: str) -> None:
    assert list(powerful(statement(action, resource=resource))) == []


def test_a_deny_takes_rights_however_much_it_names() -> None:
    assert list(powerful(statement("iam:*", effect="Deny"))) == []


def test_powerful_rights_need_a_boundary(checkout: Checkout) -> None:
    checkout.add("thumbnail", "policies: {statements: {Run: {actions: ['iam:PassRole'], resources: ['*']}}}")
    assert checkout.refusal() == [
        "modules/thumbnail/module.yaml:1: policies.statements.Run.actions.0 is iam:PassRole, for all resources: the "
        "function could use it to get more permissions, or secrets of others. Name the resources that it needs, or set "
        "a permissionsBoundary for the stack"
    ]
    assert checkout.load(permissionsBoundary="arn:aws:iam::123456789012:policy/bounds").modules


def test_nearly_all_of_a_service_is_refused(checkout: Checkout) -> None:
    checkout.add(
        "thumbnail", "policies: {statements: {Run: {actions: ['iam:*e*'], resources: ['arn:aws:iam::1:role/x']}}}"
    )
    (message,) = checkout.refusal()
    assert "actions.0 is iam:*e*: it would allow nearly all that a service can do" in message
    assert message.endswith("such as 'iam:Get*'")
