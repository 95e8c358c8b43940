"""What settings of streams may say."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.settings.module import ModuleSettings, Smoke
from components.settings.rules import broken_rules
from components.settings.streams import Stream
from components.settings.triggers import Triggers

TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-02T03:04:05.678"
CLICKS = "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks"


def broken(**streams: Stream) -> list[tuple[tuple[str | int, ...], str]]:
    return list(broken_rules(ModuleSettings(smoke=Smoke(event={}), triggers=Triggers(streams=streams))))


@pytest.mark.parametrize("arn", [TABLE, CLICKS])
def test_streams_of_tables_and_of_kinesis_are_accepted(arn: str) -> None:
    assert broken(all=Stream(arn=arn)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("arn", TABLE.partition("/stream/")[0]),
        ("arn", f"{CLICKS}/consumer/fan-out:1"),
        ("arn", "arn:aws:sqs:eu-central-1:123456789012:clicks"),
        ("on_failure", "arn:aws:lambda:eu-central-1:123456789012:function:f"),
        ("on_failure", "arn:aws:sqs:eu-central-1:123456789012:given-up.fifo"),
        ("max_age", 59),
        ("parallelization", 11),
        ("batch_size", 10_001),
        ("filters", [{}] * 6),
    ],
)
def test_what_lambda_would_refuse_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValidationError, match="should"):
        Stream(**{"arn": CLICKS, name: value})


def test_a_module_reads_a_stream_once() -> None:
    assert broken(a=Stream(arn=CLICKS), b=Stream(arn=TABLE), c=Stream(arn=CLICKS)) == [
        (("triggers", "streams", "c", "arn"), "is also the stream of a: leave out one of the two")
    ]


@pytest.mark.parametrize("pattern", ["INSERT", {"eventName": ["x" * 4096]}, {"eventName": "INSERT"}])
def test_a_filter_is_a_pattern_of_bounded_size(pattern: Any) -> None:
    with pytest.raises(ValidationError):
        Stream(arn=TABLE, filters=[pattern])
