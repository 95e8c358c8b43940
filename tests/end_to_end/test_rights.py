"""A function's own access to AWS: it reaches it, as its role, with that role's rights and no more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox


def test_a_function_calls_aws_as_its_role_and_is_refused_what_it_has_no_right_to(tiny: Checkout) -> None:
    tiny.add("caller", TINY / "caller")
    tiny.up().ok()
    role = tiny.outputs()["caller"]["roleArn"].rpartition("/")[2]
    answer = tiny.invoke("caller")
    assert f"assumed-role/{role}/" in answer["arn"]
    assert answer["refusal"] == "AccessDenied"


GIVEN = "policies: {statements: {List: {actions: ['s3:ListAllMyBuckets'], resources: ['*']}}}\n"
WITHOUT = "description: May list no buckets\n"


def refusal(tiny: Checkout) -> str:
    """What AWS says to the version in service when it lists buckets; empty if it may."""
    return str(tiny.invoke("caller")["refusal"])


@pytest.mark.parametrize(
    ("file", "breakage"),
    [
        pytest.param("app.py", "raise RuntimeError('broken')\n", id="the new version fails"),
        pytest.param("Dockerfile", "nonsense\n", id="the image can't be built", marks=pytest.mark.thorough),
    ],
)
def test_the_version_in_service_keeps_its_permissions_until_another_one_is_served(
    tiny: Checkout, file: str, breakage: str
) -> None:
    """One commit takes a permission away and breaks the module."""
    module = tiny.add("caller", TINY / "caller")
    (module / ".dockerignore").write_text("module.yaml\n")
    (module / "module.yaml").write_text(GIVEN)
    tiny.up().ok()
    assert refusal(tiny) == ""

    (module / "module.yaml").write_text(WITHOUT)
    whole = (module / file).read_text()
    (module / file).write_text(breakage + whole)
    tiny.up().failed()
    assert refusal(tiny) == ""
    tiny.up().failed()
    assert refusal(tiny) == ""

    (module / file).write_text(whole)
    tiny.up().ok()
    assert refusal(tiny) == "AccessDenied"
    assert tiny.preview_steps() == {}


def test_a_secret_that_changes_its_store_stays_readable_until_another_version_is_served(tiny: Checkout) -> None:
    module = tiny.add("caller", TINY / "caller")
    (module / ".dockerignore").write_text("module.yaml\n")
    app = (module / "app.py").read_text()
    reading = """
def handler(event, context):
    import os
    boto3.client("ssm").get_parameter(Name=os.environ["KEY"], WithDecryption=True)
    return {"read": True}
"""
    (module / "app.py").write_text(app + reading)
    (module / "module.yaml").write_text("secrets: {KEY: {}}\n")
    tiny.pulumi("config", "set", "--secret", "--path", "secrets.caller.KEY", "planted").ok()
    tiny.up().ok()
    assert tiny.invoke("caller") == {"read": True}

    (module / "module.yaml").write_text("secrets: {KEY: {store: secretsManager}}\n")
    (module / "app.py").write_text("raise RuntimeError('broken')\n")
    tiny.up().failed()
    assert tiny.invoke("caller") == {"read": True}

    (module / "app.py").write_text(app)
    (module / "module.yaml").write_text("description: Reads no secret\n")
    tiny.pulumi("config", "rm", "--path", "secrets.caller").ok()
    tiny.up().ok()
    assert tiny.preview_steps() == {}


ACCESS = """\
access:
  uploads: {bucket: acme-uploads, prefix: in/, can: read}
  results: {bucket: acme-results, can: write}
  orders: {table: acme-orders, can: readWrite}
  jobs: {queue: acme-jobs, can: send}
  news: {topic: acme-news, can: publish}
  stripe: {secret: acme/stripe, can: read}
  limits: {parameter: /acme/limits, can: read}
  add: {module: adder, can: invoke}
"""
RESOURCES = """\
import pulumi_aws as aws


def create(stack):
    table = aws.dynamodb.Table(
        "orders",
        name="acme-orders",
        attributes=[{"name": name, "type": "S"} for name in ("id", "owner")],
        hash_key="id",
        billing_mode="PAY_PER_REQUEST",
        global_secondary_indexes=[{"name": "by-owner", "hash_key": "owner", "projection_type": "ALL"}],
    )
    return {"orders": table}
"""
TRYING = '''
def handler(event, context):
    """Return what AWS says to each call; nothing if it allows it."""
    def attempt(service, call, **arguments):
        try:
            getattr(boto3.client(service), call)(**arguments)
            return ""
        except ClientError as refused:
            return refused.response["Error"]["Code"]
    return [attempt(service, call, **arguments) for service, call, arguments in event["calls"]]
'''
ITEM = {"id": {"S": "1"}, "owner": {"S": "me"}}
QUEUE = {"QueueUrl": "{queue}"}
QUERY = {
    "TableName": "acme-orders",
    "KeyConditionExpression": "#o = :me",
    "ExpressionAttributeNames": {"#o": "owner"},
    "ExpressionAttributeValues": {":me": ITEM["owner"]},
    "IndexName": "by-owner",
}
ALLOWED: list[tuple[str, str, dict[str, Any]]] = [
    ("s3", "get_object", {"Bucket": "acme-uploads", "Key": "in/a"}),
    ("s3", "list_objects_v2", {"Bucket": "acme-uploads", "Prefix": "in/"}),
    ("s3", "put_object", {"Bucket": "acme-results", "Key": "a", "Body": "a"}),
    ("dynamodb", "put_item", {"TableName": "acme-orders", "Item": ITEM}),
    ("dynamodb", "query", QUERY),
    ("sqs", "get_queue_url", {"QueueName": "acme-jobs"}),
    ("sqs", "send_message", {**QUEUE, "MessageBody": "x"}),
    ("sns", "publish", {"TopicArn": "{topic}", "Message": "x"}),
    ("secretsmanager", "get_secret_value", {"SecretId": "acme/stripe"}),
    ("ssm", "get_parameter", {"Name": "/acme/limits"}),
    ("lambda", "invoke", {"FunctionName": "lambda-images-local-adder", "Qualifier": "live", "Payload": "{}"}),
]
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("s3", "get_object", {"Bucket": "acme-uploads", "Key": "other/a"}),
    ("s3", "list_objects_v2", {"Bucket": "acme-uploads"}),
    ("s3", "get_object", {"Bucket": "acme-results", "Key": "a"}),
    ("dynamodb", "delete_table", {"TableName": "acme-orders"}),
    ("sqs", "receive_message", QUEUE),
    ("secretsmanager", "put_secret_value", {"SecretId": "acme/stripe", "SecretString": "x"}),
    ("ssm", "get_parameter", {"Name": "/acme"}),
    ("lambda", "invoke", {"FunctionName": "lambda-images-local-adder", "Payload": "{}"}),
]


@pytest.fixture
def with_table(tiny: Checkout) -> Iterator[Checkout]:
    """A checkout whose program has a table of the team's own."""
    own = tiny.root / "resources.py"
    own.write_text(RESOURCES)
    yield tiny
    own.unlink()


def test_access_allows_what_it_says_and_nothing_else(with_table: Checkout, tmp_path: Path) -> None:
    tiny, s3 = with_table, with_table.aws("s3")
    for bucket in ("acme-uploads", "acme-results"):
        s3.create_bucket(Bucket=bucket)
    for key in ("in/a", "other/a"):
        s3.put_object(Bucket="acme-uploads", Key=key, Body=b"a")
    tiny.aws("secretsmanager").create_secret(Name="acme/stripe", SecretString="planted")
    tiny.aws("ssm").put_parameter(Name="/acme/limits", Type="String", Value="5")
    resources = {
        "{queue}": tiny.aws("sqs").create_queue(QueueName="acme-jobs")["QueueUrl"],
        "{topic}": tiny.aws("sns").create_topic(Name="acme-news")["TopicArn"],
    }
    module = tiny.add("caller", TINY / "caller")
    (module / "app.py").write_text((module / "app.py").read_text() + TRYING)
    (module / "module.yaml").write_text(f"{ACCESS}smoke: {{event: {{calls: []}}}}\n")
    (module / ".dockerignore").write_text("module.yaml\n")
    (module / "events" / "smoke.json").unlink()
    tiny.up().ok()
    event = json.dumps({"calls": [*ALLOWED, *REFUSED]})
    for mask, value in resources.items():
        event = event.replace(mask, value)
    (tmp_path / "event.json").write_text(event)
    answers = tiny.invoke("caller", tmp_path / "event.json")
    assert answers[: len(ALLOWED)] == [""] * len(ALLOWED)
    assert all("Denied" in answer for answer in answers[len(ALLOWED) :]), answers
    assert tiny.preview_steps() == {}
