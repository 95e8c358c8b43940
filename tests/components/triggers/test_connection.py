from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.image.content import BuildSpec, Content
from components.modules import Module
from components.settings import ModuleSettings, StackSettings
from components.settings.triggers import Bucket, EventRule, Queue, Schedule, Topic, Triggers, Url
from components.triggers.connection import connect
from components.triggers.target import Target
from tests.components.mocks import ACCOUNT, REGION, Recording
from tests.components.triggers.callee import FUNCTION, connected

ALIAS = "aws:lambda/alias:Alias"
PERMISSION = "aws:lambda/permission:Permission"
ALL = Triggers(
    url=Url(),
    schedules={"nightly": Schedule(expression="rate(1 day)")},
    events={"opened": EventRule(pattern={"source": ["shop"]})},
    queues={"orders": Queue(), "bills": Queue(existing=f"arn:aws:sqs:{REGION}:{ACCOUNT}:bills")},
    buckets={"uploads": Bucket(), "inbox": Bucket(existing="inbox-of-others")},
    topics={"news": Topic()},
)


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return Content.read(BuildSpec(context=".", platform="linux/amd64"))


def connect_all(content: Content, triggers: Triggers, key: str | None = None, **stack: Any) -> tuple[Any, Recording]:
    settings = ModuleSettings(timeout=7, tags={"team": "pictures"}, triggers=triggers)
    module = Module(name="thumbnail", physical_name=FUNCTION, settings=settings, content=content)

    def make(alias: aws.lambda_.Alias) -> pulumi.Output[Any]:
        args = Target(
            module=module, alias=alias, settings=StackSettings(**stack), kms_key_arn=key, has_kms_key=bool(key)
        )
        return pulumi.Output.from_input(connect(args, pulumi.ResourceOptions()))

    return connected(make)


def test_a_module_without_triggers_has_nothing_more(content: Content) -> None:
    outputs, recording = connect_all(content, Triggers())
    assert outputs == {}
    assert recording.types == [ALIAS]


def test_the_outputs_say_where_the_function_can_be_reached(content: Content) -> None:
    outputs, _ = connect_all(content, ALL)
    assert outputs == {
        "functionUrl": f"https://{FUNCTION}.lambda-url.{REGION}.on.aws/",
        "queueUrls": {"orders": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{FUNCTION}-orders"},
        "bucketNames": {"uploads": f"{FUNCTION}-uploads-{ACCOUNT}", "inbox": "inbox-of-others"},
        "topicArns": {"news": f"arn:aws:sns:{REGION}:{ACCOUNT}:{FUNCTION}-news"},
    }


def test_whatever_can_be_tagged_has_the_modules_tags(content: Content) -> None:
    _, recording = connect_all(content, ALL)
    tagged = {resource.typ for resource in recording.resources if resource.inputs.get("tags") == {"team": "pictures"}}
    assert tagged == {
        "aws:cloudwatch/eventRule:EventRule",
        "aws:iam/role:Role",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:s3/bucket:Bucket",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
    }


def test_what_a_stack_says_reaches_queues_buckets_and_schedules(content: Content) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    _, recording = connect_all(content, ALL, protection=True, force_delete=True, permissions_boundary=boundary)
    kept = {name for (_, name), request in recording.requests.items() if request.retainOnDelete}
    guards = {f"thumbnail-uploads-{guard}" for guard in ("lifecycle", "private", "tls", "versions")}
    assert kept == {"thumbnail-orders-queue", "thumbnail-orders-dead", "thumbnail-uploads-bucket", *guards}
    assert recording.one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is True
    assert recording.one("aws:iam/role:Role").inputs["permissionsBoundary"] == boundary


def test_a_queue_hides_messages_by_the_functions_timeout(content: Content) -> None:
    _, recording = connect_all(content, Triggers(queues={"orders": Queue()}))
    hidden = {queue.inputs.get("visibilityTimeoutSeconds") for queue in recording.of("aws:sqs/queue:Queue")}
    assert hidden == {42, None}


def test_everything_that_calls_is_made_for_the_alias_and_after_it(content: Content) -> None:
    _, recording = connect_all(content, ALL)
    callers = [
        ("aws:cloudwatch/eventTarget:EventTarget", "thumbnail-opened-target"),
        ("aws:lambda/eventSourceMapping:EventSourceMapping", "thumbnail-bills-mapping"),
        ("aws:lambda/eventSourceMapping:EventSourceMapping", "thumbnail-orders-mapping"),
        ("aws:lambda/functionUrl:FunctionUrl", "thumbnail-url"),
        ("aws:s3/bucketNotification:BucketNotification", "thumbnail-inbox-notification"),
        ("aws:s3/bucketNotification:BucketNotification", "thumbnail-uploads-notification"),
        ("aws:scheduler/schedule:Schedule", "thumbnail-nightly-schedule"),
        ("aws:sns/topicSubscription:TopicSubscription", "thumbnail-news-subscription"),
    ]
    for caller in callers:
        assert any(ALIAS in urn for urn in recording.requests[caller].dependencies), caller


def test_queues_buckets_and_topics_are_encrypted_with_the_stacks_key(content: Content) -> None:
    _, recording = connect_all(content, ALL, key="arn:of-a-key")
    encrypted = {one.name for one in recording.resources if "arn:of-a-key" in str(one.inputs)}
    assert encrypted == {
        f"thumbnail-{name}" for name in ("news-topic", "orders-dead", "orders-queue", "uploads-encryption")
    }


def test_a_permission_for_another_source_replaces_the_one_that_has_its_statement_id(content: Content) -> None:
    _, recording = connect_all(content, ALL)
    permissions = [request for (kind, _), request in recording.requests.items() if kind == PERMISSION]
    assert len(permissions) == 4
    assert all(request.deleteBeforeReplace for request in permissions)
