from typing import Any

import pytest

from components.function_configuration import description
from components.settings import ModuleSettings
from components.settings.module import Alarms, Image


def told(tag: str = "abc-1", **settings: Any) -> str:
    return description(ModuleSettings(**settings), tag, {})


def test_a_description_ends_in_the_build_and_a_short_hash_of_the_settings() -> None:
    assert told(description="Makes a picture small").startswith("Makes a picture small (image abc-1, settings ")
    assert told().startswith("image abc-1, settings ")


@pytest.mark.parametrize(
    "change",
    [
        {"memory_size": 2048},
        {"timeout": 31},
        {"environment": {"LEVEL": "debug"}},
        {"image": Image(command=["other.handle"])},
        {"log_format": "text"},
        {"tracing": "passThrough"},
        {"ephemeral_storage": 1024},
    ],
    ids=str,
)
def test_what_is_fixed_in_a_version_is_told_from_its_description(change: dict[str, Any]) -> None:
    assert told(**change) != told()


@pytest.mark.parametrize(
    "change", [{"tags": {"team": "a"}}, {"reserved_concurrency": 2}, {"alarms": Alarms(errors=5)}], ids=str
)
def test_what_no_version_has_makes_no_new_one(change: dict[str, Any]) -> None:
    assert told(**change) == told()


def test_the_order_of_variables_makes_no_difference() -> None:
    assert told(environment={"AA": "1", "BB": "2"}) == told(environment={"BB": "2", "AA": "1"})


def test_the_longest_description_is_one_that_lambda_takes() -> None:
    tag = "004fd9a636e7-20261122T185129810Z"
    assert len(told(tag, description="d" * 160)) <= 256
