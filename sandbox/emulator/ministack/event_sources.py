"""Checks event source mappings of queues and filters, and matches a mapping's filters, as AWS does.

MiniStack 1.5.33 knows some of the operators, and takes any filter and any queue.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge, lambda_svc, sqs

from sandbox.emulator.ministack.answers import Answer, Data, invalid


def enforce_source_rules() -> None:
    lambda_svc._match_esm_filter = _matches
    lambda_svc._create_esm = _with_valid_settings_of_new(lambda_svc._create_esm)
    lambda_svc._update_esm = _with_valid_settings(lambda_svc._update_esm)


def _matches(record: Data, pattern: Any) -> bool:
    try:
        alternatives = eventbridge._compile_pattern(pattern)
    except eventbridge._InvalidPattern:
        return False
    return any(eventbridge._matches_detail(record, alternative) for alternative in alternatives)


def _with_valid_settings_of_new(create: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def create_mapping(data: Data) -> Answer:
        source = data.get("EventSourceArn", "")
        return _refused_mapping(source, data) or _refused_queue(source, data) or create(data)

    return create_mapping


def _with_valid_settings(update: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    def update_mapping(uuid: str, data: Data) -> Answer:
        source = lambda_svc._esms.get(uuid, {}).get("EventSourceArn", "")
        return _refused_mapping(source, data) or update(uuid, data)

    return update_mapping


def _refused_mapping(source: str, data: Data) -> Answer | None:
    patterns = [each.get("Pattern", "") for each in (data.get("FilterCriteria") or {}).get("Filters", [])]
    if any(eventbridge._event_pattern_error(pattern) for pattern in patterns):
        return invalid("Invalid filter pattern definition.")
    if source.endswith(".fifo") and data.get("MaximumBatchingWindowInSeconds"):
        return invalid("Batching window is not supported for FIFO queues")
    return None


def _refused_queue(source: str, data: Data) -> Answer | None:
    """Refuse a queue that doesn't exist, or that shows a message again while a function may still work on it."""
    name, qualifier, unknown = lambda_svc._resolve_existing_esm_function(data.get("FunctionName", ""))
    if unknown or source.split(":")[2:3] != ["sqs"]:
        return None
    queue = sqs._queue_by_arn(source)
    if queue is None:
        what = (
            "SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not"
        )
        return invalid(f"Error occurred while ReceiveMessage. {what} exist.")
    _, configuration = lambda_svc._get_func_record_for_qualifier(name, qualifier)
    hidden, timeout = int(queue["attributes"].get("VisibilityTimeout", 30)), (configuration or {}).get("Timeout", 3)
    if hidden < timeout:
        what = f"Queue visibility timeout: {hidden} seconds is less than Function timeout: {timeout} seconds"
        return invalid(what)
    return None
