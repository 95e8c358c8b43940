from typing import Any

import pytest
from pydantic import ValidationError

from components.errors import ComponentError
from components.settings import Architecture, ModuleSettings, StackSettings
from components.settings.module import OnFailure, Policies, Smoke, Statement


@pytest.mark.parametrize(("architecture", "platform"), [("x86_64", "linux/amd64"), ("arm64", "linux/arm64")])
def test_an_architecture_is_known_by_its_two_names(architecture: str, platform: str) -> None:
    assert Architecture(architecture).platform == platform


@pytest.mark.parametrize("settings", [ModuleSettings(), StackSettings()])
def test_settings_are_frozen(settings: Any) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings.timeout = 5


def test_a_smoke_message_is_the_same_whatever_the_order_of_its_keys() -> None:
    assert Smoke(event={"b": 1, "a": 2}).message == Smoke(event={"a": 2, "b": 1}).message == '{"a":2,"b":1}'


def test_the_value_of_a_secret_is_not_shown() -> None:
    assert "hunter2" not in repr(StackSettings.model_validate({"secrets": {"thumbnail": {"KEY": "hunter2"}}}))


def test_a_smoke_event_that_is_neither_there_nor_given_up_is_an_error() -> None:
    assert Smoke(enabled=False).message is Smoke(enabled=False, event={}).message is None
    with pytest.raises(ComponentError, match=r"or set `smoke.enabled` to false if the module may go live untested"):
        _ = Smoke().message


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess",
        "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
        "arn:aws-cn:iam::aws:policy/ReadOnlyAccess",
        "arn:aws-us-gov:iam::123456789012:policy/team/own",
    ],
)
def test_policies_of_aws_and_of_accounts_are_taken(arn: str) -> None:
    assert Policies(managed=[arn]).managed == [arn]
    assert StackSettings(permissions_boundary=arn).permissions_boundary == arn


@pytest.mark.parametrize(
    "resource",
    [
        *("*", "arn:aws:s3:::my-bucket", "arn:aws:s3:::my-bucket/*", "arn:aws:dynamodb:*:*:table/orders-?"),
        *("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:kms:eu-central-1:123456789012:key/mrk-1"),
        *("arn:aws-cn:sqs:cn-north-1:123456789012:orders", "arn:*:ssm:*:*:parameter/*"),
        *("arn:aws:s3:::${aws:PrincipalTag/team}/*", "arn:aws:sns:${aws:RequestedRegion}:${aws:PrincipalAccount}:news"),
    ],
)
@pytest.mark.parametrize(
    "action", ["s3:GetObject", "s3:Get*", "s3:*Object", "kafka:DescribeClusterV2", "S3:GetObject?"]
)
def test_what_iam_takes_is_taken(action: str, resource: str) -> None:
    conditions: dict[str, dict[str, Any]] = {
        "StringEquals": {"aws:SourceAccount": "1"},
        "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a", "b"]},
        "NumericLessThanEquals": {"s3:max-keys": 10},
        "Bool": {"aws:SecureTransport": True},
        "Null": {"aws:TokenIssueTime": "true"},
        "ArnNotLike": {"aws:SourceArn": "arn:aws:sns:*:*:x"},
        "NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]},
        "DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"},
    }
    statement = Statement(actions=[action], resources=[resource], condition=conditions)
    assert (statement.actions, statement.resources, statement.condition) == ([action], [resource], conditions)


@pytest.mark.parametrize(
    "destination",
    [
        *("arn:aws:sqs:eu-central-1:123456789012:failed", "arn:aws:sns:eu-central-1:123456789012:failed"),
        *(
            "arn:aws:lambda:eu-central-1:123456789012:function:f",
            "arn:aws:lambda:us-gov-west-1:123456789012:function:f:live",
        ),
        *("arn:aws-cn:events:cn-north-1:123456789012:event-bus/default",),
    ],
)
def test_what_lambda_tells_of_failures_is_taken(destination: str) -> None:
    assert OnFailure(destination=destination).destination == destination
