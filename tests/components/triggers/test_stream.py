from typing import Any

import pulumi

from components.settings.streams import Stream
from components.triggers.stream import StreamTrigger, StreamTriggerArgs
from tests.components.mocks import ACCOUNT, REGION, Recording
from tests.components.triggers.callee import ALIAS_ARN, connected

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
DESTINATION = f"arn:aws:sqs:{REGION}:{ACCOUNT}:given-up"


def mapped(**settings: Any) -> tuple[dict[str, Any], Recording]:
    args: dict[str, Any] = {"settings": Stream(arn=STREAM, **settings), "tags": {"team": "pictures"}}

    def make(alias: Any) -> pulumi.Output[Any]:
        StreamTrigger("thumbnail-clicks", StreamTriggerArgs(alias=alias, **args))
        return pulumi.Output.from_input(None)

    _, recording = connected(make)
    return recording.one(MAPPING).inputs, recording


def test_the_alias_reads_the_stream_and_says_which_record_failed() -> None:
    inputs, _ = mapped()
    assert (inputs["functionName"], inputs["eventSourceArn"]) == (ALIAS_ARN, STREAM)
    assert inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (inputs["startingPosition"], inputs["tags"]) == ("LATEST", {"team": "pictures"})


def test_limits_that_the_settings_do_not_have_are_set_too_because_the_provider_would_keep_the_old_ones() -> None:
    inputs, _ = mapped()
    limits = ("maximumRetryAttempts", "maximumRecordAgeInSeconds", "parallelizationFactor", "batchSize")
    assert [inputs[name] for name in limits] == [-1, -1, 1, 100]
    assert inputs["bisectBatchOnFunctionError"] is True
    assert not {"destinationConfig", "filterCriteria"} & inputs.keys()


def test_all_settings_reach_lambda() -> None:
    inputs, _ = mapped(
        starting_position="trimHorizon",
        batch_size=5,
        batch_window=7,
        parallelization=2,
        max_retries=0,
        max_age=60,
        bisect_on_error=False,
        on_failure=DESTINATION,
        filters=[{"data": {"kind": ["order"]}}],
    )
    assert (inputs["startingPosition"], inputs["batchSize"]) == ("TRIM_HORIZON", 5)
    assert (inputs["maximumBatchingWindowInSeconds"], inputs["parallelizationFactor"]) == (7, 2)
    assert (inputs["maximumRetryAttempts"], inputs["maximumRecordAgeInSeconds"]) == (0, 60)
    assert inputs["bisectBatchOnFunctionError"] is False
    assert inputs["destinationConfig"] == {"onFailure": {"destinationArn": DESTINATION}}
    assert inputs["filterCriteria"] == {"filters": [{"pattern": '{"data":{"kind":["order"]}}'}]}


def test_a_new_mapping_waits_for_the_end_of_the_old_one() -> None:
    assert mapped()[1].request(MAPPING).deleteBeforeReplace is True
