"""Reads streams of DynamoDB and Kinesis for functions as Lambda does.

MiniStack takes no notice of which records of a batch a function reports as failed, of the numbers of tries, of
batching windows, and of batches to be split; it creates mappings of streams that don't exist, and that the function's
role may not read (MiniStack 1.5.33).
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

import base64
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ministack.core import iam_evaluator
from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id, json_response, new_uuid, request_scope
from ministack.services import dynamodb, eventbridge, kinesis, lambda_svc, sns

from sandbox.emulator.ministack import callers, metrics, routing
from sandbox.emulator.ministack.answers import Answer, Data, invalid

NO_LIMIT = -1
DEFAULTS = {
    "BatchSize": 100,
    "BisectBatchOnFunctionError": False,
    "MaximumRecordAgeInSeconds": NO_LIMIT,
    "MaximumRetryAttempts": NO_LIMIT,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
"""What AWS returns of a stream's mapping that was created without these."""
CREATED: Data = {**DEFAULTS, "DestinationConfig": {"OnFailure": {}}}
READ = {
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"),
    "kinesis": ("GetRecords", "GetShardIterator", "DescribeStream", "ListShards", "DescribeStreamSummary"),
}
"""The permissions that a function's role needs, by service."""
_SEND = {"sns": "Publish", "sqs": "SendMessage"}


@dataclass(frozen=True)
class Shard:
    id: str
    position: int
    """The number of the next record."""
    records: list[Data]
    """Those that can be read from the position on, as events have them."""
    advance: Callable[[int], None]
    """Move the position past this many records."""


@dataclass
class Batch:
    """The batch that a shard is at."""

    size: int | None = None
    """How many records it has, if it was split."""
    failures: int = 0


_batches: dict[tuple[str, str, int], Batch] = {}
"""By mapping, shard and position, of batches that failed."""


def read_streams() -> None:
    """Apply this after `functions.enforce_function_rules`, whose rules come first, and after all of `lambda_svc`'s."""
    lambda_svc._create_esm = _with_readable_source(lambda_svc._create_esm)
    lambda_svc._update_esm = _with_removable_destination(lambda_svc._update_esm)
    lambda_svc._poll_dynamodb_streams = lambda: poll("dynamodb")
    lambda_svc._poll_kinesis = lambda: poll("kinesis")


def _with_readable_source(create: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def create_mapping(data: Data) -> Answer:
        source = data.get("EventSourceArn", "")
        if _service(source) not in READ:
            return create(data)
        if refused := _refused(data, source):
            return refused
        given = {name: value for name, value in data.items() if value is not None}
        answer = create({**CREATED, **given})
        if answer[0] != 202:
            return answer
        mapping = lambda_svc._esms[json.loads(answer[2])["UUID"]]
        mapping["TumblingWindowInSeconds"] = given.get("TumblingWindowInSeconds", 0)
        if _service(source) == "kinesis":  # where `LATEST` is, before the poller's first look
            lambda_svc._kinesis_positions[mapping["UUID"]] = {
                id: 0 if mapping["StartingPosition"] == "TRIM_HORIZON" else len(shard["records"])
                for id, shard in _kinesis_stream(source)["shards"].items()
            }
        return json_response(lambda_svc._esm_response(mapping), 202)

    return create_mapping


def _refused(data: Data, source: str) -> Answer | None:
    """Return AWS's error about a stream without a position, that doesn't exist, or that the role may not read."""
    if not data.get("StartingPosition"):
        return invalid(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null."
        )
    name, qualifier = lambda_svc._resolve_request_scoped_name_and_qualifier(data.get("FunctionName", ""))
    _, configuration = lambda_svc._get_func_record_for_qualifier(name, qualifier)
    if configuration is None:
        return None
    if not (_table(source) if _service(source) == "dynamodb" else _kinesis_stream(source)):
        return invalid(f"Stream not found: {source}")
    missing = [action for action in READ[_service(source)] if not _allowed(configuration, action, source)]
    if missing:
        *others, last = READ[_service(source)]
        what = f"{', '.join(others)}, and {last}"
        return invalid(
            f"Cannot access stream {source}. Please ensure the role can perform the {what} Actions on your "
            f"stream in IAM."
        )
    return None


def _allowed(configuration: Data, action: str, resource: str) -> bool:
    """Return whether the function's role may do this."""
    key = callers.role_session(configuration)["AWS_ACCESS_KEY_ID"]
    service = _service(resource)
    if action == "ListStreams":
        resource = f"{resource.partition('/stream/')[0]}/stream/*"
    region = resource.split(":")[3]
    return iam_evaluator.enforce(key, f"{service}:{action}", service, region, resource) is None


def _with_removable_destination(update: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    """Remove the destination that is set to an empty text."""

    def update_mapping(id: str, data: Data) -> Answer:
        destination = ((data.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        if destination == "":
            data = {**data, "DestinationConfig": {"OnFailure": {}}}
        return update(id, data)

    return update_mapping


def poll(service: str) -> bool:
    """Send the next batch of each shard to its function. Returns whether a shard has advanced."""
    advanced = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        if _service(mapping.get("EventSourceArn", "")) != service or not mapping.get("Enabled", True):
            continue
        with request_scope(account, region):
            if lambda_svc._esm_backoff_until.get(mapping["UUID"], 0) > time.time():
                continue
            function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
            if function is not None:
                shards = _table_shards(mapping) if service == "dynamodb" else _kinesis_shards(mapping)
                advanced = any([work(mapping, function, shard) for shard in shards]) or advanced
    return advanced


def work(mapping: Data, function: Data, shard: Shard) -> bool:
    """Send a function the next batch of a shard. Returns whether the shard has advanced."""
    for name, value in CREATED.items():  # a mapping may be older than this module
        mapping.setdefault(name, value)
    place = mapping["UUID"], shard.id, shard.position
    batch = _batches.get(place, Batch())
    records = shard.records[: batch.size or mapping["BatchSize"]]
    if not records or _waits(mapping, batch, records):
        return False

    def advance(count: int, failures: int = 0) -> bool:
        _batches.pop(place, None)
        if failures:
            _batches[*place[:2], shard.position + count] = Batch(failures=failures)
        shard.advance(count)
        return True

    if expired := _expired(mapping, records):
        give_up(mapping, function, shard, records[:expired], "MaxRecordAgeExceeded", batch.failures)
        return advance(expired)
    sent = lambda_svc._apply_filter_criteria(records, mapping)
    if not sent:
        return advance(len(records))
    version = routing.drawn(function)
    metrics.publish_iterator_age(version, (time.time() - _arrived(sent[-1])) * 1000)
    result = lambda_svc._execute_function(version, {"Records": sent})
    failed = first_failure(mapping, result, sent)
    if failed is None:
        mapping["LastProcessingResult"] = "OK"
        lambda_svc._esm_backoff_until.pop(mapping["UUID"], None)
        return advance(len(records))
    mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
    lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + lambda_svc._ESM_BACKOFF_SECONDS
    if before := records.index(sent[failed]) if failed else 0:
        return advance(before, failures=1)
    if result.get("error") and mapping["BisectBatchOnFunctionError"] and len(records) > 1:
        half = (len(records) + 1) // 2
        _batches[place] = Batch(size=half, failures=batch.failures)  # this doesn't count as a try
        _batches[*place[:2], shard.position + half] = Batch(size=len(records) - half, failures=batch.failures)
        return False
    failures, limit = batch.failures + 1, mapping["MaximumRetryAttempts"]
    if limit != NO_LIMIT and failures > limit:
        give_up(mapping, function, shard, records, "RetryAttemptsExhausted", failures)
        return advance(len(records))
    _batches[place] = Batch(size=batch.size, failures=failures)
    return False


def first_failure(mapping: Data, result: Data, sent: list[Data]) -> int | None:
    """Return the index of the first record that the function says has failed, 0 for all, and None for none."""
    if result.get("error"):
        return 0
    body = result.get("body")
    if "ReportBatchItemFailures" not in mapping["FunctionResponseTypes"] or not isinstance(body, dict):
        return None
    failures = body.get("batchItemFailures") or []
    numbers = [_sequence_number(record) for record in sent]
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    return min((numbers.index(name) if name in numbers else 0 for name in named), default=None)


def give_up(mapping: Data, function: Data, shard: Shard, records: list[Data], condition: str, tries: int) -> None:
    """Tell the mapping's destination which records the function is not sent again.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    """
    destination = mapping["DestinationConfig"].get("OnFailure", {}).get("Destination")
    configuration = function.get("config") or function
    if not destination:
        return
    action = _SEND.get(_service(destination))
    if action is None or not _allowed(configuration, action, destination):
        logging.getLogger(__name__).warning("the role of %s may not send to %s", mapping["FunctionArn"], destination)
        return
    info = {
        "shardId": shard.id,
        "startSequenceNumber": _sequence_number(records[0]),
        "endSequenceNumber": _sequence_number(records[-1]),
        "approximateArrivalOfFirstRecord": _time(_arrived(records[0])),
        "approximateArrivalOfLastRecord": _time(_arrived(records[-1])),
        "batchSize": len(records),
        "streamArn": mapping["EventSourceArn"],
    }
    kind = "DDBStreamBatchInfo" if _service(mapping["EventSourceArn"]) == "dynamodb" else "KinesisBatchInfo"
    body = {
        "requestContext": {
            "requestId": new_uuid(),
            "functionArn": mapping["FunctionArn"],
            "condition": condition,
            "approximateInvokeCount": tries,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": configuration["Version"],
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": _time(time.time()),
        kind: info,
    }
    _deliver(destination, json.dumps(body))


def _deliver(destination: str, body: str) -> None:
    if _service(destination) == "sns":
        sns._fanout(destination, new_uuid(), body, "")
    else:
        eventbridge._dispatch_to_sqs(parse_arn(destination), body)


def _waits(mapping: Data, batch: Batch, records: list[Data]) -> bool:
    """Return whether Lambda would gather more records first."""
    window = mapping.get("MaximumBatchingWindowInSeconds") or 0
    if batch != Batch() or len(records) >= mapping["BatchSize"]:
        return False
    return time.time() < _arrived(records[0]) + window


def _expired(mapping: Data, records: list[Data]) -> int:
    """Return how many of the first records are too old."""
    limit, now = mapping["MaximumRecordAgeInSeconds"], time.time()
    if limit == NO_LIMIT:
        return 0
    return next((n for n, record in enumerate(records) if now - _arrived(record) <= limit), len(records))


def _table(source: str) -> Data | None:
    table: Data | None = dynamodb._tables.get(source.partition(":table/")[2].partition("/")[0])
    return table if table and table.get("LatestStreamArn") == source else None


def _table_shards(mapping: Data) -> Iterator[Shard]:
    """Yield the one shard that the emulator's streams of tables have."""
    source, positions = mapping["EventSourceArn"], lambda_svc._dynamodb_stream_positions
    if (table := _table(source)) is None:
        return
    name, id = table["TableName"], mapping["UUID"]
    position = max(positions.get(id, 0), dynamodb.stream_start_position(name))

    def advance(count: int) -> None:
        positions[id] = position + count

    records = dynamodb.stream_records_since(name, position, mapping["BatchSize"])
    yield Shard("shardId-00000000000000000000-00000000", position, records, advance)


def _kinesis_stream(source: str) -> Data:
    account, region, name = source.split(":")[4], source.split(":")[3], source.rpartition("/")[2]
    stream: Data = kinesis._streams.get_scoped(account, region, name) or {}
    return stream


def _kinesis_shards(mapping: Data) -> Iterator[Shard]:
    stream = _kinesis_stream(mapping["EventSourceArn"])
    positions = lambda_svc._kinesis_positions.setdefault(mapping["UUID"], {})
    for id, shard in stream.get("shards", {}).items():
        position = positions.setdefault(id, 0)  # of a shard that is newer than the mapping, all records are
        raw = shard["records"][position : position + mapping["BatchSize"]]

        def advance(count: int, id: str = id, position: int = position) -> None:
            positions[id] = position + count

        yield Shard(id, position, [_kinesis_record(mapping, id, record) for record in raw], advance)


def _kinesis_record(mapping: Data, shard: str, record: Data) -> Data:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example"""
    data, number = record["Data"], record["SequenceNumber"]
    source = mapping["EventSourceArn"]
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": number,
            "data": base64.b64encode(data).decode() if isinstance(data, bytes) else data,
            "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{get_account_id()}:role/lambda",
        "awsRegion": source.split(":")[3],
        "eventSourceARN": source,
    }


def _sequence_number(record: Data) -> str:
    return str(record["kinesis"]["sequenceNumber"] if "kinesis" in record else record["dynamodb"]["SequenceNumber"])


def _arrived(record: Data) -> float:
    if "kinesis" in record:
        return float(record["kinesis"]["approximateArrivalTimestamp"])
    return float(record["dynamodb"]["ApproximateCreationDateTime"])


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _service(arn: str) -> str:
    return arn.split(":")[2] if arn.count(":") >= 5 else ""
