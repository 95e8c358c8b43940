from components.function.stream_permissions import read_streams
from components.settings.streams import Stream
from tests.components.mocks import ACCOUNT, REGION

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
CHANGES = f"{TABLE}/stream/2026-01-02T03:04:05.678"
CLICKS = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
QUEUE, TOPIC = (f"arn:aws:{service}:{REGION}:{ACCOUNT}:given-up" for service in ("sqs", "sns"))


def test_without_streams_there_are_no_rights() -> None:
    assert list(read_streams([])) == []


def test_exactly_the_streams_of_the_settings_can_be_read() -> None:
    rights = {each["Sid"]: each for each in read_streams([Stream(arn=CHANGES), Stream(arn=CLICKS)])}
    assert {sid: each["Resource"] for sid, each in rights.items()} == {
        "ReadTableStreams": [CHANGES],
        "ReadDataStreams": [CLICKS],
        "ListTableStreams": [f"{TABLE}/stream/*"],
    }
    assert all(action.startswith("kinesis:") for action in rights["ReadDataStreams"]["Action"])
    assert rights["ListTableStreams"]["Action"] == ["dynamodb:ListStreams"]


def test_a_key_is_used_only_for_reading_the_stream_that_it_encrypts() -> None:
    *_, right = read_streams([Stream(arn=CLICKS, kms_key=KEY)])
    assert (right["Action"], right["Resource"]) == (["kms:Decrypt"], [KEY])
    assert right["Condition"] == {"StringEquals": {"kms:ViaService": [f"kinesis.{REGION}.amazonaws.com"]}}


def test_what_was_given_up_can_be_told_to_its_destination_alone() -> None:
    streams = [Stream(arn=CLICKS, on_failure=QUEUE), Stream(arn=CHANGES, on_failure=TOPIC)]
    rights = {each["Sid"]: (each["Action"], each["Resource"]) for each in read_streams(streams)}
    assert rights["SendFailedBatchesToQueues"] == (["sqs:SendMessage"], [QUEUE])
    assert rights["SendFailedBatchesToTopics"] == (["sns:Publish"], [TOPIC])
