"""How each type is found, as AWS answers."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from delivery.existing import LOOKUPS, UNKNOWN, Existing, look_up

TAGS = {"team": "a"}
LISTED = [{"Key": "team", "Value": "a"}]
STATEMENTS = {"Statement": [{"Sid": "by-s3"}]}


class Service:
    """A boto3 client that returns the given answers, by method, and records the calls."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.calls: dict[str, dict[str, Any]] = {}

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls[name] = arguments
            if isinstance(self.answers[name], ClientError):
                raise self.answers[name]
            return self.answers[name]

        return call


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Get")


CASES: list[tuple[str, dict[str, str], dict[str, Any], str, dict[str, str] | None]] = [
    (
        "aws:cloudwatch/logGroup:LogGroup",
        {"name": "/f"},
        {
            "describe_log_groups": {
                "logGroups": [
                    {"logGroupName": "/f-2", "arn": "arn:2:*"},
                    {"logGroupName": "/f", "arn": "arn:1:*"},
                ]
            },
            "list_tags_for_resource": {"tags": TAGS},
        },
        "/f",
        TAGS,
    ),
    (
        "aws:dynamodb/table:Table",
        {"name": "t"},
        {"describe_table": {"Table": {"TableArn": "arn"}}, "list_tags_of_resource": {"Tags": LISTED}},
        "t",
        TAGS,
    ),
    (
        "aws:ecr/repository:Repository",
        {"name": "f"},
        {
            "describe_repositories": {"repositories": [{"repositoryArn": "arn"}]},
            "list_tags_for_resource": {"tags": LISTED},
        },
        "f",
        TAGS,
    ),
    ("aws:iam/role:Role", {"name": "f"}, {"get_role": {"Role": {"Tags": LISTED}}}, "f", TAGS),
    ("aws:iam/role:Role", {"name": "f"}, {"get_role": {"Role": {}}}, "f", {}),
    ("aws:kms/alias:Alias", {"name": "alias/p"}, {"describe_key": {}}, "alias/p", None),
    ("aws:lambda/alias:Alias", {"functionName": "f", "name": "live"}, {"get_alias": {}}, "f/live", None),
    ("aws:lambda/function:Function", {"name": "f"}, {"get_function": {"Tags": TAGS}}, "f", TAGS),
    (
        "aws:lambda/functionUrl:FunctionUrl",
        {"functionName": "f", "qualifier": "live"},
        {"get_function_url_config": {}},
        "f/live",
        None,
    ),
    (
        "aws:lambda/permission:Permission",
        {"function": "f", "qualifier": "live", "statementId": "by-s3"},
        {"get_policy": {"Policy": json.dumps(STATEMENTS)}},
        "f:live/by-s3",
        None,
    ),
    (
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        {"functionName": "arn:f:live", "eventSourceArn": "arn:q"},
        {"list_event_source_mappings": {"EventSourceMappings": [{"UUID": "u-1"}]}},
        "u-1",
        None,
    ),
    ("aws:s3/bucket:Bucket", {"bucket": "b"}, {"head_bucket": {}}, "b", None),
    ("aws:scheduler/schedule:Schedule", {"name": "s"}, {"get_schedule": {}}, "default/s", None),
    (
        "aws:ssm/parameter:Parameter",
        {"name": "/f/KEY"},
        {"get_parameter": {}, "list_tags_for_resource": {"TagList": LISTED}},
        "/f/KEY",
        TAGS,
    ),
    (
        "aws:secretsmanager/secret:Secret",
        {"name": "/f/KEY"},
        {"describe_secret": {"ARN": "arn:s-AbCdEf", "Tags": LISTED}},
        "arn:s-AbCdEf",
        TAGS,
    ),
    (
        "aws:sqs/queue:Queue",
        {"name": "q"},
        {"get_queue_url": {"QueueUrl": "https://sqs/q"}, "list_queue_tags": {"Tags": TAGS}},
        "https://sqs/q",
        TAGS,
    ),
]


@pytest.mark.parametrize(("kind", "inputs", "answers", "id", "tags"), CASES, ids=[case[0] for case in CASES])
def test_what_is_there_is_found_with_its_id_and_tags(
    kind: str, inputs: dict[str, str], answers: dict[str, Any], id: str, tags: dict[str, str] | None
) -> None:
    assert look_up(kind, inputs, lambda service: Service(answers)) == Existing(id, tags)


@pytest.mark.parametrize(("kind", "inputs", "answers", "id", "tags"), CASES, ids=[case[0] for case in CASES])
def test_what_depends_on_something_unknown_is_not_looked_for(
    kind: str, inputs: dict[str, str], answers: dict[str, Any], id: str, tags: object
) -> None:
    for name in inputs:
        assert look_up(kind, {**inputs, name: UNKNOWN}, lambda service: Service({})) is None


def test_every_type_has_a_case() -> None:
    assert {case[0] for case in CASES} == LOOKUPS.keys()


@pytest.mark.parametrize(
    ("kind", "inputs", "answers"),
    [
        (
            "aws:ecr/repository:Repository",
            {"name": "f"},
            {"describe_repositories": error("RepositoryNotFoundException")},
        ),
        ("aws:s3/bucket:Bucket", {"bucket": "b"}, {"head_bucket": error("404")}),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/f"}, {"describe_log_groups": {"logGroups": []}}),
        (
            "aws:lambda/permission:Permission",
            {"function": "f", "qualifier": "live", "statementId": "other"},
            {"get_policy": {"Policy": json.dumps(STATEMENTS)}},
        ),
        (
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            {"functionName": "f", "eventSourceArn": "q"},
            {"list_event_source_mappings": {"EventSourceMappings": []}},
        ),
        ("aws:sns/topic:Topic", {"name": "t"}, {}),
    ],
)
def test_what_is_not_there_is_none(kind: str, inputs: dict[str, str], answers: dict[str, Any]) -> None:
    assert look_up(kind, inputs, lambda service: Service(answers)) is None


def test_another_error_is_not_taken_for_an_answer() -> None:
    denied = Service({"get_role": error("AccessDenied")})
    with pytest.raises(ClientError, match="AccessDenied"):
        look_up("aws:iam/role:Role", {"name": "f"}, lambda service: denied)


def test_a_secret_that_waits_for_its_deletion_can_be_restored() -> None:
    service = Service({"describe_secret": {"ARN": "arn:s", "DeletedDate": "2026-01-02"}, "restore_secret": {}})
    found = look_up("aws:secretsmanager/secret:Secret", {"name": "s"}, lambda name: service)
    assert found is not None and found.restore is not None
    assert "restore_secret" not in service.calls
    found.restore()
    assert service.calls["restore_secret"] == {"SecretId": "arn:s"}
