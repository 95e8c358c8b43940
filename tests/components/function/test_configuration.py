import re
from typing import Any

import pytest

from components.function.configuration import description
from components.settings import ModuleSettings
from components.settings.module import Alarms, FileSystem, Image, Vpc

ACCESS_POINT = "arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0123456789abcdef0"


def text_of(**settings: Any) -> str:
    return description(ModuleSettings(**settings), {})


def test_a_description_ends_in_a_short_hash_of_the_settings() -> None:
    assert re.fullmatch(r"Makes a picture small \(settings [0-9a-f]{8}\)", text_of(description="Makes a picture small"))
    assert re.fullmatch(r"settings [0-9a-f]{8}", text_of())


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
        {"application_log_level": "debug"},
        {"system_log_level": "warn"},
        {"role": "arn:aws:iam::123456789012:role/team/orders"},
    ],
    ids=str,
)
def test_the_description_changes_with_what_is_fixed_in_a_version(change: dict[str, Any]) -> None:
    assert text_of(**change) != text_of()


def test_ipv6_and_a_file_system_are_fixed_in_a_version_too() -> None:
    subnets, groups = ["subnet-1", "subnet-2"], ["sg-1"]
    vpc = Vpc(subnets=subnets, security_groups=groups)
    mounted = FileSystem(access_point=ACCESS_POINT, path="/mnt/a")
    texts = [
        text_of(vpc=vpc),
        text_of(vpc=Vpc(subnets=subnets, security_groups=groups, ipv6=True)),
        text_of(vpc=vpc, file_system=mounted),
        text_of(vpc=vpc, file_system=FileSystem(access_point=ACCESS_POINT, path="/mnt/b")),
    ]
    assert len({*texts}) == 4


def test_a_version_that_uses_none_of_the_newer_settings_has_the_hash_of_earlier_releases() -> None:
    vpc = Vpc(subnets=["subnet-1", "subnet-2"], security_groups=["sg-1"])
    assert text_of() == "settings 78440b65"
    assert text_of(vpc=vpc) == "settings 3e73b638"
    assert text_of(application_log_level="info", system_log_level="info") == text_of()


@pytest.mark.parametrize(
    "change", [{"tags": {"team": "a"}}, {"reserved_concurrency": 2}, {"alarms": Alarms(errors=5)}], ids=str
)
def test_what_no_version_has_makes_no_new_one(change: dict[str, Any]) -> None:
    assert text_of(**change) == text_of()


def test_the_order_of_variables_makes_no_difference() -> None:
    assert text_of(environment={"AA": "1", "BB": "2"}) == text_of(environment={"BB": "2", "AA": "1"})


def test_the_longest_description_is_one_that_lambda_takes() -> None:
    assert len(text_of(description="d" * 160)) <= 256
