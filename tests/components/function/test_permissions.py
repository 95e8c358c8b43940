import pytest

from components.arn import AwsScope
from components.function.permissions import function_statements, read_sources, send_failed_events
from components.policy import Statement as PolicyStatement
from components.settings import ModuleSettings
from components.settings.module import FileSystem, OnFailure, Policies, Statement, Vpc
from components.settings.triggers import Bucket, BucketEvent, EventRule, Queue, Topic, Triggers, Url

GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dev-thumbnail"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:dev-thumbnail"


def rights(settings: ModuleSettings) -> dict[str, dict[str, object]]:
    statements = function_statements(settings, AwsScope.of(GROUP), "dev-thumbnail", prefix="dev")
    return {str(statement["Sid"]): dict(statement) for statement in statements}


def test_a_function_writes_to_its_own_log_group_and_traces_and_does_nothing_more() -> None:
    statements = rights(ModuleSettings())
    assert statements.keys() == {"WriteOwnLogs", "WriteTraces"}
    assert statements["WriteOwnLogs"]["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statements["WriteOwnLogs"]["Resource"] == f"{GROUP}:*"
    assert statements["WriteTraces"]["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]


def test_lambda_makes_network_interfaces_in_a_vpc_which_the_functions_own_code_may_not() -> None:
    vpc = Vpc(subnets=["subnet-1", "subnet-2"], security_groups=["sg-1"])
    statements = rights(ModuleSettings(vpc=vpc))
    assert statements["ManageNetworkInterfaces"]["Effect"] == "Allow"
    denied = statements["DenyNetworkInterfacesToCode"]
    assert denied["Effect"] == "Deny"
    assert denied["Action"] == statements["ManageNetworkInterfaces"]["Action"]
    assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}}


def test_a_file_system_is_mounted_by_its_access_point_alone_and_written_unless_it_is_read_only() -> None:
    access_point = "arn:aws:elasticfilesystem:eu-central-1:210987654321:access-point/fsap-0123456789abcdef0"
    files = FileSystem(access_point=access_point, path="/mnt/models")
    statement = rights(ModuleSettings(file_system=files))["MountFileSystem"]
    assert statement["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert statement["Resource"] == "arn:aws:elasticfilesystem:eu-central-1:210987654321:file-system/*"
    assert statement["Condition"] == {"StringEquals": {"elasticfilesystem:AccessPointArn": access_point}}
    read = FileSystem(access_point=access_point, path="/mnt/models", read_only=True)
    assert rights(ModuleSettings(file_system=read))["MountFileSystem"]["Action"] == ["elasticfilesystem:ClientMount"]


@pytest.mark.parametrize(
    ("destination", "action"),
    [
        ("arn:aws:sqs:eu-central-1:123456789012:failed", "sqs:SendMessage"),
        ("arn:aws:sns:eu-central-1:123456789012:failed", "sns:Publish"),
        ("arn:aws:lambda:eu-central-1:123456789012:function:failed", "lambda:InvokeFunction"),
        ("arn:aws:events:eu-central-1:123456789012:event-bus/failed", "events:PutEvents"),
    ],
)
def test_failures_may_be_sent_to_the_destination_with_the_action_of_its_service(destination: str, action: str) -> None:
    statement = rights(ModuleSettings(on_failure=OnFailure(destination=destination)))["SendFailedEvents"]
    assert statement == send_failed_events(destination)
    assert (statement["Action"], statement["Resource"]) == (action, destination)


def test_a_modules_own_statements_are_written_as_iam_writes_them() -> None:
    only_tagged = {"StringEquals": {"s3:ExistingObjectTag/public": "yes"}}
    statements = {
        "ReadModels": Statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::models/*"], condition=only_tagged),
        "KeepOut": Statement(effect="Deny", actions=["s3:PutObject"], resources=["*"]),
    }
    written = rights(ModuleSettings(policies=Policies(statements=statements)))
    assert written["ReadModels"] == {
        "Sid": "ReadModels",
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::models/*"],
        "Condition": only_tagged,
    }
    assert written["KeepOut"] == {"Sid": "KeepOut", "Effect": "Deny", "Action": ["s3:PutObject"], "Resource": ["*"]}


CHINA = AwsScope("aws-cn", "cn-north-1", "123456789012")


def source_statements(triggers: Triggers, key: str | None = None) -> list[PolicyStatement]:
    return list(read_sources(triggers.sources(CHINA, "dev-thumbnail"), CHINA, key))


def test_no_trigger_but_queues_and_buckets_takes_a_right() -> None:
    rule = EventRule(pattern={"source": ["shop"]})
    triggers = Triggers(url=Url(), topics={"news": Topic()}, events={"opened": rule})
    assert source_statements(triggers) == []


def test_a_function_reads_the_queues_of_its_triggers_and_no_others() -> None:
    others = "arn:aws-cn:sqs:cn-north-1:210987654321:theirs"
    queues = {"orders": Queue(), "bills": Queue(fifo=True), "theirs": Queue(existing=others)}
    (statement,) = source_statements(Triggers(queues=queues))
    own = "arn:aws-cn:sqs:cn-north-1:123456789012:dev-thumbnail"
    assert statement["Resource"] == [f"{own}-orders", f"{own}-bills.fifo", others]
    assert statement["Action"] == ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]


def test_a_function_reads_the_objects_that_it_is_notified_of_and_no_others() -> None:
    buckets = {"uploads": Bucket(), "inbox": Bucket(existing="inbox-of-others", prefix="in/")}
    (statement,) = source_statements(Triggers(buckets=buckets))
    assert statement["Resource"] == [
        "arn:aws-cn:s3:::dev-thumbnail-uploads-123456789012/*",
        "arn:aws-cn:s3:::inbox-of-others/in/*",
    ]
    assert statement["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]


def test_a_function_that_is_told_only_of_objects_that_are_gone_reads_none() -> None:
    gone: list[BucketEvent] = ["s3:ObjectRemoved:*", "s3:LifecycleExpiration:Delete"]
    assert source_statements(Triggers(buckets={"uploads": Bucket(events=gone)})) == []
    assert source_statements(Triggers(buckets={"uploads": Bucket(events=[*gone, "s3:ObjectTagging:*"])})) != []


KEY = "arn:aws-cn:kms:cn-north-1:123456789012:key/k-1"
SQS, S3 = (f"{service}.cn-north-1.amazonaws.com.cn" for service in ("sqs", "s3"))


@pytest.mark.parametrize(
    ("triggers", "services"),
    [
        (Triggers(queues={"orders": Queue()}), [SQS]),
        (Triggers(buckets={"uploads": Bucket()}), [S3]),
        (Triggers(queues={"orders": Queue()}, buckets={"uploads": Bucket()}), [S3, SQS]),
    ],
)
def test_a_function_decrypts_what_it_reads_through_the_service_that_has_it(
    triggers: Triggers, services: list[str]
) -> None:
    *_, statement = source_statements(triggers, KEY)
    assert (statement["Action"], statement["Resource"]) == ("kms:Decrypt", KEY)
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": services}}


def test_nothing_is_decrypted_with_the_stacks_key_that_it_does_not_encrypt() -> None:
    others = Triggers(buckets={"inbox": Bucket(existing="inbox-of-others")}, topics={"news": Topic()})
    assert [one["Sid"] for one in source_statements(others, KEY)] == ["ReadObjects"]
