"""The statements of a function's role about the streams that Lambda reads with it."""

from collections.abc import Iterable, Iterator

from components.arn import AwsScope
from components.policy import Statement
from components.settings.streams import Stream

_READ = {
    "dynamodb": ("ReadTableStreams", ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]),
    "kinesis": (
        "ReadDataStreams",
        [
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
        ],
    ),
}
_SEND = {"sns": ("SendFailedBatchesToTopics", "sns:Publish"), "sqs": ("SendFailedBatchesToQueues", "sqs:SendMessage")}


def read_streams(streams: Iterable[Stream]) -> Iterator[Statement]:
    """Read exactly these streams, decrypt those that have a key, and send what was given up to its destination.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
    """
    streams = [stream for stream in streams if stream.arn.startswith("arn:")]  # a preview may not know others yet
    for service, (sid, actions) in _READ.items():
        if arns := sorted({stream.arn for stream in streams if _service(stream.arn) == service}):
            yield _allow(sid, actions, arns)
    tables = sorted({stream.arn.partition("/stream/")[0] for stream in streams if _service(stream.arn) == "dynamodb"})
    if tables:
        yield _allow("ListTableStreams", ["dynamodb:ListStreams"], [f"{table}/stream/*" for table in tables])
    if keys := sorted({stream.kms_key for stream in streams if stream.kms_key}):
        through = sorted(
            {AwsScope.of(stream.arn).service(_service(stream.arn)) for stream in streams if stream.kms_key}
        )
        condition = {"StringEquals": {"kms:ViaService": through}}
        yield {**_allow("DecryptStreams", ["kms:Decrypt"], keys), "Condition": condition}
    destinations = {stream.on_failure for stream in streams if stream.on_failure}
    for service, (sid, action) in _SEND.items():
        if arns := sorted(arn for arn in destinations if _service(arn) == service):
            yield _allow(sid, [action], arns)


def _allow(sid: str, actions: list[str], resources: list[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}


def _service(arn: str) -> str:
    return arn.split(":")[2] if arn.startswith("arn:") else ""
