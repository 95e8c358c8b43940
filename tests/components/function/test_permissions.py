import pytest

from components.function.permissions import rights_of, send_to, write_logs
from components.settings import ModuleSettings
from components.settings.module import OnFailure, Policies, Statement, Vpc

GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/dev-thumbnail"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:dev-thumbnail"


def rights(settings: ModuleSettings) -> dict[str, dict[str, object]]:
    return {str(statement["Sid"]): dict(statement) for statement in rights_of(settings, GROUP, "dev-thumbnail")}


def test_a_function_writes_to_its_own_log_group_and_traces_and_does_nothing_more() -> None:
    statements = rights(ModuleSettings())
    assert statements.keys() == {"WriteOwnLogs", "WriteTraces"}
    assert statements["WriteOwnLogs"]["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statements["WriteOwnLogs"]["Resource"] == f"{GROUP}:*"
    assert statements["WriteTraces"]["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]


def test_a_group_arn_that_already_ends_in_a_star_gets_no_second_one() -> None:
    assert write_logs(f"{GROUP}:*") == write_logs(GROUP)


def test_lambda_makes_network_interfaces_in_a_vpc_which_the_functions_own_code_may_not() -> None:
    vpc = Vpc(subnets=["subnet-1", "subnet-2"], security_groups=["sg-1"])
    statements = rights(ModuleSettings(vpc=vpc))
    assert statements["JoinNetwork"]["Effect"] == "Allow"
    denied = statements["LeaveNetworkAlone"]
    assert denied["Effect"] == "Deny"
    assert denied["Action"] == statements["JoinNetwork"]["Action"]
    assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}}


@pytest.mark.parametrize(
    ("destination", "action"),
    [
        ("arn:aws:sqs:eu-central-1:123456789012:failed", "sqs:SendMessage"),
        ("arn:aws:sns:eu-central-1:123456789012:failed", "sns:Publish"),
        ("arn:aws:lambda:eu-central-1:123456789012:function:failed", "lambda:InvokeFunction"),
        ("arn:aws:events:eu-central-1:123456789012:event-bus/failed", "events:PutEvents"),
    ],
)
def test_failures_are_told_to_the_one_destination_in_its_services_words(destination: str, action: str) -> None:
    assert rights(ModuleSettings(on_failure=OnFailure(destination=destination)))["TellOfFailures"] == send_to(
        destination
    )
    assert (send_to(destination)["Action"], send_to(destination)["Resource"]) == (action, destination)


def test_statements_of_a_modules_own_are_said_as_iam_says_them() -> None:
    only_tagged = {"StringEquals": {"s3:ExistingObjectTag/public": "yes"}}
    statements = {
        "ReadModels": Statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::models/*"], condition=only_tagged),
        "KeepOut": Statement(effect="Deny", actions=["s3:PutObject"], resources=["*"]),
    }
    said = rights(ModuleSettings(policies=Policies(statements=statements)))
    assert said["ReadModels"] == {
        "Sid": "ReadModels",
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::models/*"],
        "Condition": only_tagged,
    }
    assert said["KeepOut"] == {"Sid": "KeepOut", "Effect": "Deny", "Action": ["s3:PutObject"], "Resource": ["*"]}
