from typing import Any

from tests.sandbox.offline.plugins.engine import Engine

SCHEDULE = "aws:scheduler/schedule:Schedule"
PROGRAM: dict[str, Any] = {
    "name": "nightly",
    "scheduleExpression": "cron(0 3 * * ? *)",
    "flexibleTimeWindow": {"mode": "OFF"},
    "target": {
        "arn": "arn:aws:lambda:us-east-1:000000000000:function:thumbnail:live",
        "roleArn": "arn:aws:iam::000000000000:role/scheduler",
    },
}


def test_dates_of_a_schedule_are_returned_unchanged(engine: Engine) -> None:
    inputs = {**PROGRAM, "startDate": "2031-01-01T00:00:00Z", "endDate": "2032-01-01T00:00:00Z"}
    id, state = engine.create(SCHEDULE, inputs)
    assert (state["startDate"], state["endDate"]) == (inputs["startDate"], inputs["endDate"])
    assert engine.diff(SCHEDULE, id, state, inputs, inputs).verdict == "none"
    engine.delete(SCHEDULE, id, inputs, state)


def test_targets_of_other_kinds_are_refused_by_name(engine: Engine) -> None:
    _, failures = engine.check(SCHEDULE, {**PROGRAM, "target": {**PROGRAM["target"], "ecsParameters": {}}})
    assert any("target.ecsParameters" in failure and "not supported" in failure for failure in failures)
