"""Makes EventBridge's rules behave as on AWS, where MiniStack 1.5.33 doesn't.

A rule may name its bus by the ARN. A rule with targets can't be deleted. Functions are invoked asynchronously, so with
retries and `onFailure`. Permissions are checked for the rule, whose ARN has no bus if that is the default one.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import error_response_json
from ministack.services import eventbridge, lambda_svc

from sandbox.emulator.ministack.answers import Answer, Data

_OF_RULES = (
    "_put_rule",
    "_describe_rule",
    "_delete_rule",
    "_put_targets",
    "_remove_targets",
    "_list_targets_by_rule",
)


def enforce_event_rules() -> None:
    eventbridge._delete_rule = _without_targets(eventbridge._delete_rule)
    eventbridge._list_targets_by_rule = _of_existing_rule(eventbridge._list_targets_by_rule)
    for operation in _OF_RULES:
        setattr(eventbridge, operation, _by_name_of_bus(getattr(eventbridge, operation)))
    eventbridge._dispatch_to_lambda = _invoke
    iam_actions.extract_resource_arn = _with_rules(iam_actions.extract_resource_arn)


def _by_name_of_bus(operate: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def of_bus(data: Data) -> Answer:
        name, wrong = eventbridge._event_bus_name_from_ref(data.get("EventBusName") or "default")
        return error_response_json(*wrong, 400) if wrong else operate({**data, "EventBusName": name})

    return of_bus


def _without_targets(delete: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def delete_rule(data: Data) -> Answer:
        if eventbridge._targets.get(eventbridge._rule_key(data["Name"], data["EventBusName"])):
            return error_response_json("ValidationException", "Rule can't be deleted since it has targets.", 400)
        return delete(data)

    return delete_rule


def _of_existing_rule(list_targets: Callable[[Data], Answer]) -> Callable[[Data], Answer]:
    def list_targets_by_rule(data: Data) -> Answer:
        if eventbridge._rule_key(data["Rule"], data["EventBusName"]) not in eventbridge._rules:
            what = f"Rule {data['Rule']} does not exist on EventBus {data['EventBusName']}."
            return error_response_json("ResourceNotFoundException", what, 400)
        return list_targets(data)

    return list_targets_by_rule


def _invoke(arn: str, payload: str) -> None:
    function, configuration, _ = lambda_svc._get_func_record_for_ref(arn)
    if function and configuration:
        lambda_svc.invoke_async_with_retry(
            lambda_svc._execution_record_for_config(function, configuration), json.loads(payload)
        )


def _with_rules(resource_of: Callable[..., str]) -> Callable[..., str]:
    """Return the ARN of the rule that a request is about, which MiniStack takes for the bus or doesn't know."""

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, query_params: Any, region: str, account: str
    ) -> str:
        if service == "events":
            fields = ("ResourceARN", "Rule", "Name", "EventBusName")
            arn, rule, name, bus = (iam_actions._safe_json_field(body, field) for field in fields)
            if arn:
                return str(arn)
            action = iam_actions._action_from_target(headers) or ""
            if (rule or name) and action.endswith(("Rule", "Targets")):
                of_bus = "" if bus in ("", "default") else f"{bus.rpartition(':event-bus/')[2]}/"
                return f"arn:aws:events:{region}:{account}:rule/{of_bus}{rule or name}"
        return resource_of(service, method, path, headers, body, query_params, region, account)

    return extract_resource_arn
