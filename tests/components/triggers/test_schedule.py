import json

from components.settings.triggers import Schedule
from components.triggers.schedule import ScheduleTrigger, ScheduleTriggerArgs, invoke_policy, trust_policy
from tests.components.mocks import ACCOUNT, REGION, Recording
from tests.components.triggers.callee import ALIAS_ARN, connected, waits

NAME = "dev-thumbnail-nightly"
SCHEDULE = "aws:scheduler/schedule:Schedule"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"


def scheduled(boundary: str | None = None) -> Recording:
    settings = Schedule(expression="cron(0 3 * * ? *)", timezone="Europe/Berlin", event={"b": 1, "a": None})
    _, recording = connected(
        lambda alias: (
            ScheduleTrigger(
                "thumbnail-nightly",
                ScheduleTriggerArgs(
                    alias=alias,
                    schedule_name=NAME,
                    settings=settings,
                    permissions_boundary=boundary,
                    tags={"team": "pictures"},
                ),
            ).arn
        )
    )
    return recording


def test_a_schedule_sends_its_event_to_the_alias_at_the_local_time() -> None:
    inputs = scheduled().one(SCHEDULE).inputs
    assert inputs["name"] == NAME
    assert (inputs["scheduleExpression"], inputs["scheduleExpressionTimezone"]) == (
        "cron(0 3 * * ? *)",
        "Europe/Berlin",
    )
    assert inputs["target"]["arn"] == ALIAS_ARN
    assert inputs["target"]["input"] == '{"a":null,"b":1}'


def test_a_schedule_has_a_role_of_its_own_that_may_invoke_the_alias_and_nothing_more() -> None:
    recording = scheduled()
    assert recording.one(ROLE).inputs["name"] == NAME
    assert json.loads(recording.one(ROLE_POLICY).inputs["policy"]) == invoke_policy(ALIAS_ARN)
    (statement,) = invoke_policy(ALIAS_ARN)["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("lambda:InvokeFunction", ALIAS_ARN)
    assert recording.one(SCHEDULE).inputs["target"]["roleArn"] == f"arn:aws:iam::{ACCOUNT}:role:{NAME}"


def test_only_schedules_of_the_same_account_and_region_take_the_role() -> None:
    assert json.loads(scheduled().one(ROLE).inputs["assumeRolePolicy"]) == trust_policy(ALIAS_ARN)
    (statement,) = trust_policy(ALIAS_ARN)["Statement"]
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    group = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/default"
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": group}}


def test_a_schedule_starts_with_its_right_to_invoke() -> None:
    assert waits(scheduled(), SCHEDULE, ROLE_POLICY)


def test_what_the_role_may_be_given_is_bounded_where_a_boundary_is_set() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    assert scheduled(boundary).one(ROLE).inputs["permissionsBoundary"] == boundary
    assert "permissionsBoundary" not in scheduled().one(ROLE).inputs


def test_the_role_is_tagged() -> None:
    assert scheduled().one(ROLE).inputs["tags"] == {"team": "pictures"}
