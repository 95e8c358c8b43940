"""What is found to be wrong with a stack, against the emulator."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from components.naming import MODULE_TAG, OWNER_TAG
from delivery.health import main, problems
from delivery.live import Function, Status
from delivery.stack import Stack
from sandbox.process import wait_until
from tests.delivery.conftest import NAME

ALARM = f"{NAME}-errors"


@pytest.fixture
def dev(orders: Function, checkout: Path) -> Stack:
    wait_until(lambda: orders.status() == Status("Active", "Successful", ""), 10, "the last update has ended")
    return Stack("lambda-images", "dev", "lambda-images-dev", orders.client)


@pytest.fixture
def alarm(orders: Function) -> Iterator[Callable[[str, str], None]]:
    """Creates an alarm of a module with a name and an owner, and lets it fire."""
    cloudwatch, names = orders.client("cloudwatch"), []

    def fire(name: str, owner: str) -> None:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmDescription="1 or more calls ended in an error within five minutes",
            Tags=[{"Key": OWNER_TAG, "Value": owner}, {"Key": MODULE_TAG, "Value": "orders"}],
            **{"Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Threshold": 1, "Period": 300},
            **{"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold"},
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
        names.append(name)

    yield fire
    cloudwatch.delete_alarms(AlarmNames=names)


def found(stack: Stack) -> list[str]:
    return [str(problem) for problem in problems(stack)]


def delete_image(function: Function, version: int) -> None:
    digest = function.version(version, None).digest
    function.client("ecr").batch_delete_image(repositoryName=NAME, imageIds=[{"imageDigest": digest}])


def patched(monkeypatch: pytest.MonkeyPatch, function: Function, qualifier: str | None, **values: str) -> None:
    """Change what GetFunction returns about a version, or about what the next one is published from."""
    awslambda = function.client("lambda")
    get_function = awslambda.get_function

    def changed(**request: Any) -> Any:
        answer = get_function(**request)
        if request.get("Qualifier") == qualifier:
            answer["Configuration"] |= values
        return answer

    monkeypatch.setattr(awslambda, "get_function", changed)


def test_nothing_is_wrong_with_a_stack_that_works(dev: Stack) -> None:
    assert found(dev) == []


def test_a_missing_image_of_the_version_that_is_served_is_found(dev: Stack, orders: Function) -> None:
    delete_image(orders, 3)
    (line,) = found(dev)
    assert line.startswith("orders: the registry doesn't have the image ")
    assert line.endswith(" of version 3, which `live` serves: roll back, or ship its commit again")


def test_missing_images_matter_of_versions_that_a_rollback_could_serve(
    dev: Stack, orders: Function, checkout: Path
) -> None:
    for version in (1, 2):
        delete_image(orders, version)
    (line,) = found(dev)
    assert " of version 1, which a rollback could serve: ship its commit again before you need it" in line
    (checkout / "Pulumi.dev.yaml").write_text("config:\n  lambda-images:keepVersions: '1'\n")
    assert found(dev) == [], "version 1 would be deleted"


def test_a_missing_image_of_the_version_that_was_rolled_back_from_is_found(
    dev: Stack, orders: Function, checkout: Path
) -> None:
    orders.roll_back(None, "alice", "")
    orders.client("lambda").update_alias(FunctionName=NAME, Name="live", Description=description_without_3(orders))
    delete_image(orders, 3)
    assert [" of version 3, " in line for line in found(dev)] == [True]


def description_without_3(function: Function) -> str:
    alias = function.alias()
    assert alias is not None
    return alias.live.description.replace("passed 1 3", "passed 1")


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"State": "Failed", "StateReason": "No ENI"}, "its function is Failed (No ENI): update the stack again"),
        ({"State": "Pending"}, "its function is Pending: check again in a minute"),
        (
            {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "No image"},
            "the last update of its function is Failed (No image): update the stack again",
        ),
        ({"LastUpdateStatus": "InProgress"}, "the last update of its function is InProgress: check again in a minute"),
    ],
)
def test_a_function_that_lambda_could_not_update_is_found(
    dev: Stack, orders: Function, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], line: str
) -> None:
    patched(monkeypatch, orders, None, **values)
    assert found(dev) == [f"orders: {line}"]


def test_a_version_that_is_served_has_to_be_active(
    dev: Stack, orders: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    patched(monkeypatch, orders, "3", State="Inactive", StateReason="The function is idle")
    assert found(dev) == [
        "orders: version 3, which `live` serves, is Inactive (The function is idle): "
        "invoke it until it answers; Lambda refuses the first calls"
    ]
    patched(monkeypatch, orders, "3", State="Failed", StateReason="No image")
    assert found(dev) == [
        "orders: version 3, which `live` serves, is Failed (No image): roll back, or update the stack"
    ]


def test_what_is_not_called_may_be_inactive(dev: Stack, orders: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, orders, None, State="Inactive")
    patched(monkeypatch, orders, "1", State="Inactive")
    assert found(dev) == []


def test_a_module_without_the_alias_is_found(dev: Stack, orders: Function) -> None:
    orders.client("lambda").delete_alias(FunctionName=NAME, Name="live")
    assert found(dev) == [
        "orders: no version is served, because it has no alias `live`: see its log, and update the stack"
    ]


def test_a_firing_alarm_of_the_stack_is_found(dev: Stack, alarm: Callable[[str, str], None]) -> None:
    alarm(ALARM, "lambda-images/dev")
    alarm(f"{NAME}-x-errors", "lambda-images/dev-orders")
    assert found(dev) == [
        f"orders: the alarm {ALARM} is firing (1 or more calls ended in an error within five minutes): "
        "see the log of the module"
    ]


def test_the_check_fails_unless_all_that_is_wrong_is_alarms(
    dev: Stack, orders: Function, alarm: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stack, "of", lambda name: dev)
    monkeypatch.setattr("sys.argv", ["health", "--stack", "dev"])
    main()
    alarm(ALARM, "lambda-images/dev")
    main()
    delete_image(orders, 3)
    with pytest.raises(SystemExit, match="1"):
        main()
