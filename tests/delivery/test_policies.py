"""The policy files as AWS reads them: actions and resources that there are, and the limits that they promise."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from bootstrap.settings import MAX_ENVIRONMENT_CHARACTERS
from components.function.permissions import use_vpc
from tests.delivery.actions import expanded

PROJECT = Path(__file__).parents[2]
FILES = sorted((PROJECT / "delivery" / "policies").glob("*.json"))
LONGEST = {
    "ACCOUNT": 12,
    "BUCKET": 63,
    "DNS_SUFFIX": len("amazonaws.com.cn"),
    "KEY": 40,
    "PARTITION": len("aws-us-gov"),
    "REGION": len("ap-southeast-99"),
    "REPOSITORY": 100,
    "STACK": MAX_ENVIRONMENT_CHARACTERS,
    "STATE": MAX_ENVIRONMENT_CHARACTERS,
    "SUBJECT": 40,
}
"""Characters that a placeholder's value may have."""
SHARED = {
    *("EndSubscriptions", "FindState", "LogInToRegistry", "ReadSecrets", "ReadStateFormat", "SeeAndTagConnections"),
    *("ManageNetworkInterfaces", "ReadImagesOfOtherStacks", "SeeAlarms", "SeeConnections", "SeeSubscriptions"),
    *("SeeTheAccount", "WriteTraces"),
    *("ChangeTagsOfApis", "CreateApiAndParts", "DeliverAccessLogs", "ManagePartsOfApis", "SeeApis", "TagApis"),
}
"""Statements about what all stacks have in common, or what AWS can't limit to some of it."""
NETWORK = ("ManageNetworkInterfaces", "DenyNetworkInterfacesToCode")
"""Statements about all network interfaces, although AWS checks some of the actions for single ones.

Lambda has to be allowed to delete any of them, and a subnet may belong to another account. AWS's own
AWSLambdaVPCAccessExecutionRole says the same.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
"""


UNLISTED = ("apigateway:TagResource", "apigateway:UntagResource")
"""Actions that AWS checks, but that its list of actions doesn't have."""
TAGS = "arn:*:apigateway:*::/tags/*"
"""Which AWS's list doesn't have either.

https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
"""


def statements(*names: str) -> Iterator[dict[str, Any]]:
    for file in FILES:
        if file.stem in names:
            yield from json.loads(file.read_text())["Statement"]


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


GRANTS = [
    pytest.param(action, listed(statement["Resource"]), id=f"{statement['Sid']}-{action}")
    for statement in statements("boundary", "build", "deploy", "http-api", "preview", "promotion")
    for pattern in listed(statement["Action"])
    if statement["Sid"] not in NETWORK and pattern not in UNLISTED
    for action in expanded(pattern)
]


def kinds(action: str) -> list[tuple[str, str]]:
    """The access level of an action and the pattern of an ARN that AWS checks it for; `*` where it knows none.

    With wildcards, of all actions that it stands for.
    """
    rows = []
    for known in expanded(action):
        service, _, name = known.partition(":")
        rows += get_action_data(service, name)[service]
    return [(row["access_level"], re.sub(r"\$\{\w+\}", "*", row["resource_arn_format"])) for row in rows]


@pytest.mark.parametrize(("action", "resources"), GRANTS)
def test_aws_checks_the_action_for_such_resources(action: str, resources: list[str]) -> None:
    patterns = {pattern for _, pattern in kinds(action)}
    for resource in resources:
        arn = re.sub(r"\$\{\w+\}", "x", resource)
        fitting = {pattern for pattern in {*patterns, TAGS} - {"*"} if fnmatchcase(arn, pattern)}
        assert fitting if resource != "*" else patterns == {"*"}, "grant it for the resources that AWS checks"


def test_the_preview_role_only_reads() -> None:
    actions = [action for statement in statements("preview") for action in listed(statement["Action"])]
    levels = {action: {level for level, _ in kinds(action)} for action in actions}
    assert levels.pop("kms:Decrypt") == {"Write"}  # to AWS; it changes nothing
    assert set().union(*levels.values()) <= {"List", "Read"}


def test_the_build_role_pushes_images_and_changes_nothing_else() -> None:
    actions = {action for statement in statements("build") for action in listed(statement["Action"])}
    changing = {action for action in actions if {level for level, _ in kinds(action)} - {"List", "Read"}}
    pushing = ("CompleteLayerUpload", "InitiateLayerUpload", "PutImage", "UploadLayerPart")
    assert changing == {f"ecr:{action}" for action in pushing}


def test_the_build_role_may_nothing_with_images_that_the_deploy_role_may_not() -> None:
    (built,) = (statement for statement in statements("build") if statement["Sid"] == "PushImages")
    (deployed,) = (statement for statement in statements("deploy") if statement["Sid"] == "ManageRepositories")
    assert {*built["Action"]} < {*deployed["Action"]}
    assert built["Resource"] == deployed["Resource"]


def test_everything_but_what_the_stacks_share_is_of_one_stack_alone() -> None:
    """By its resources, or by a condition where AWS gives them names of its own."""
    one_stack = re.compile(r"lambda-images[-/]\$\{(STACK|STATE)\}([-/.]|$)")
    for statement in statements("boundary", "build", "deploy", "http-api", "preview", "promotion"):
        if statement["Sid"] not in SHARED:
            conditions = [text for test in statement.get("Condition", {}).values() for text in test.values()]
            limited = all(one_stack.search(resource) for resource in listed(statement["Resource"]))
            assert limited or any(one_stack.search(str(text)) for text in conditions), statement["Sid"]


def test_roles_are_passed_to_lambda_and_scheduler_alone() -> None:
    (passing,) = (statement for statement in statements("deploy") if "iam:PassRole" in listed(statement["Action"]))
    assert passing["Action"] == "iam:PassRole"
    services = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": services}}


def test_a_role_is_made_and_given_policies_within_the_boundary_alone() -> None:
    making = {"iam:CreateRole", "iam:PutRolePolicy"}
    granting = [statement for statement in statements("deploy") if making & {*listed(statement["Action"])}]
    boundary = "arn:${PARTITION}:iam::${ACCOUNT}:policy/lambda-images-${STACK}-boundary"
    assert [statement["Condition"] for statement in granting] == [
        {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    ]


def test_a_function_in_a_vpc_gets_what_lambda_needs_for_it_and_its_code_none_of_it() -> None:
    """Lambda refuses such a function if its role may not do one of these on all resources."""
    granted, denied = (statement for statement in statements("boundary") if statement["Sid"] in NETWORK)
    wanted = next(statement for statement in use_vpc("arn") if statement["Effect"] == "Allow")
    assert (granted["Action"], granted["Resource"]) == (wanted["Action"], wanted["Resource"])
    assert "Condition" not in granted
    assert (denied["Effect"], denied["Action"]) == ("Deny", granted["Action"])
    assert list(denied["Condition"]["ArnLike"]) == ["lambda:SourceFunctionArn"]


def test_the_deploy_role_may_read_and_use_no_key_but_its_stacks() -> None:
    keys = [statement for statement in statements("deploy") if str(statement["Resource"]).endswith(":key/*")]
    alias = {"kms:ResourceAliases": "alias/lambda-images-${STACK}"}
    assert [statement["Condition"]["ForAnyValue:StringEquals"] for statement in keys] == [alias, alias]


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ("kms:GetKeyPolicy", "a refresh reads the stack's key"),
        ("kms:GetKeyRotationStatus", "a refresh reads the stack's key"),
        ("kms:ListAliases", "a refresh reads the alias of the stack's key"),
        ("kms:ListResourceTags", "a refresh reads the stack's key"),
        ("lambda:ListEventSourceMappings", "AWS gives a mapping its id"),
        ("lambda:PutFunctionRecursionConfig", "it sets what happens to recursive loops, and ends that"),
        ("secretsmanager:DescribeSecret", "a secret is imported by its ARN"),
        ("secretsmanager:RestoreSecret", "a deleted secret keeps its name for 30 days"),
        ("sqs:GetQueueUrl", "a queue is imported by its URL"),
    ],
)
def test_the_deploy_role_may_do_what_recovering_takes(action: str, why: str) -> None:
    assert any(action in listed(statement["Action"]) for statement in statements("deploy")), why


@pytest.mark.parametrize(
    "action",
    [
        *("lambda:ListFunctions", "lambda:ListTags", "lambda:GetAlias", "lambda:GetFunction", "ecr:DescribeImages"),
        *("lambda:ListAliases", "lambda:ListVersionsByFunction", "lambda:DeleteFunction"),
        *("cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"),
    ],
)
def test_the_deploy_role_may_do_what_pruning_and_checking_a_stack_takes(action: str) -> None:
    granted = [pattern for statement in statements("deploy") for pattern in listed(statement["Action"])]
    assert any(fnmatchcase(action, pattern) for pattern in granted)


def test_the_deploy_role_may_read_images_of_other_stacks_and_nothing_else_of_them() -> None:
    (reading,) = statements("promotion")
    levels = {level for action in listed(reading["Action"]) for level, _ in kinds(action)}
    assert levels == {"Read"}
    assert reading["Resource"].endswith(":repository/lambda-images-*")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_policy_is_of_one_partition_of_aws(file: Path) -> None:
    """Services' own names, which a role is passed to or a token is meant for, are the same in all."""
    text = file.read_text()
    assert "arn:aws" not in text
    assert set(re.findall(r"[\w.{}$-]+\.amazonaws\.com", text)) <= {
        *("lambda.amazonaws.com", "scheduler.amazonaws.com", "sts.amazonaws.com"),
    }


def test_trust_is_in_one_exact_subject() -> None:
    for statement in statements("trust"):
        assert list(statement["Condition"]) == ["StringEquals"]
        assert not any(set(text) & {"*", "?"} for text in statement["Condition"]["StringEquals"].values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_aws_takes_a_policy_of_this_size_with_long_names_filled_in(file: Path) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    largest = {
        "boundary": 6144,
        "build": 10_240,
        "deploy": 10_240,
        "http-api": 6144,
        "preview": 10_240,
        "promotion": 10_240,
    }
    """Of managed policies, and of all inline policies of a role together."""
    filled = re.sub(r"\$\{(\w+)\}", lambda placeholder: "x" * LONGEST[placeholder[1]], file.read_text())
    assert len("".join(filled.split())) <= largest.get(file.stem, 2048)


def test_the_policies_of_a_deploy_role_fit_into_a_role_together() -> None:
    texts = [file.read_text() for file in FILES if file.stem in ("deploy", "promotion")]
    filled = re.sub(r"\$\{(\w+)\}", lambda placeholder: "x" * LONGEST[placeholder[1]], "".join(texts))
    assert len("".join(filled.split())) <= 10_240


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_policy_has_only_placeholders_whose_length_is_known(file: Path) -> None:
    assert set(re.findall(r"\$\{?(\w+)", file.read_text())) <= LONGEST.keys()


def test_the_bucket_of_the_state_refuses_every_request_without_tls() -> None:
    (statement,) = statements("state")
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Resource"] == ["arn:${PARTITION}:s3:::${BUCKET}", "arn:${PARTITION}:s3:::${BUCKET}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    "action",
    ["s3:DeleteBucketPolicy", "s3:PutBucketPolicy", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration"],
)
def test_the_deploy_role_may_guard_the_buckets_of_its_stack(action: str) -> None:
    (granting,) = (one for one in statements("deploy") if action in listed(one["Action"]))
    assert granting["Resource"] == "arn:${PARTITION}:s3:::lambda-images-${STACK}-*"


def test_the_boundary_lets_functions_decrypt_what_the_program_lets_them_read() -> None:
    (decrypting,) = (one for one in statements("boundary") if one["Action"] == "kms:Decrypt")
    services = {name.partition(".")[0] for name in decrypting["Condition"]["StringEquals"]["kms:ViaService"]}
    assert services == {"s3", "secretsmanager", "sqs", "ssm"}
