"""Sends the share of an alias's invocations that its routing configuration names to the additional version.

MiniStack stores the weights, and always invokes the alias's own version (MiniStack 1.5.33).
https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

import random
import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc

from sandbox.emulator.ministack.answers import Answer, Data, invalid

Record = dict[str, Any]
"""A function or one of its versions, as MiniStack stores it."""

REFERENCE = "sandbox-reference"
"""The key of a resolved record that has the function and the qualifier by which it was found."""
VERSION = re.compile("[0-9]+")

_invoked: ContextVar[tuple[str, str] | None] = ContextVar("invoked", default=None)
"""The ARNs of the version that this Invoke request executes, and of the alias that it named."""


def route_by_weight() -> None:
    """Draw the version of each invocation once: for an Invoke request before it, for all other callers at execution.

    All services find the function by `_effective_func_record_for_qualifier`. `_invoke` looks for itself, because its
    response names the version.
    """
    lambda_svc._effective_func_record_for_qualifier = _with_reference(lambda_svc._effective_func_record_for_qualifier)
    lambda_svc._execute_function = _executing_drawn_version(lambda_svc._execute_function)
    lambda_svc.invoke_async_with_retry = _executing_drawn_version(lambda_svc.invoke_async_with_retry)
    lambda_svc._invoke = _invoking_drawn_version(lambda_svc._invoke)
    lambda_svc._create_alias = _with_valid_weights_of_new(lambda_svc._create_alias)
    lambda_svc._update_alias = _with_valid_weights(lambda_svc._update_alias)
    lambda_svc._put_provisioned_concurrency = _without_weights(lambda_svc._put_provisioned_concurrency)


def draw(alias: Data) -> str:
    """Return the version that the next invocation of an alias executes."""
    for version, weight in _weights(alias).items():
        if random.random() < weight:
            return str(version)
    return str(alias["FunctionVersion"])


def drawn(record: Record) -> Record:
    """Return the version that an invocation executes. Its ARN is the one that was invoked.

    A record without a reference was drawn before, or its caller did not name an alias.
    """
    if REFERENCE in record:
        function, qualifier = record[REFERENCE]
        if alias := function.get("aliases", {}).get(qualifier):
            record = function["versions"].get(draw(alias), record)
        arn = f"{function['config']['FunctionArn']}:{qualifier}"
    else:
        version_arn, arn = _invoked.get() or ("", "")
        if record.get("config", record)["FunctionArn"] != version_arn:
            return record
    without = {key: value for key, value in record.items() if key != REFERENCE}
    return {**without, "config": {**record["config"], "FunctionArn": arn}}


def _with_reference(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def record_for_qualifier(function: Record | None, qualifier: str | None) -> tuple[Record | None, Data | None]:
        record, configuration = resolve(function, qualifier)
        if record is not None and qualifier:
            record = {**record, REFERENCE: (function, qualifier)}
        return record, configuration

    return record_for_qualifier


def _executing_drawn_version(execute: Callable[[Record, Any], Any]) -> Callable[[Record, Any], Any]:
    def execute_function(record: Record, event: Any) -> Any:
        return execute(drawn(record), event)

    return execute_function


def _invoking_drawn_version(invoke: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    async def invoke_function(
        name: str, event: Any, headers: Data, path_qualifier: str | None = None, query_params: Data | None = None
    ) -> Answer:
        function = lambda_svc._functions.get(name, {})
        qualifier = (
            path_qualifier
            or lambda_svc._qp_first(query_params or {}, "Qualifier")
            or lambda_svc._qp_first(headers, "x-amz-qualifier")
        )
        alias = function.get("aliases", {}).get(qualifier, {})
        if not _weights(alias):
            return await invoke(name, event, headers, path_qualifier, query_params)
        version = draw(alias)
        token = _invoked.set((f"{lambda_svc._func_arn(name)}:{version}", alias["AliasArn"]))
        try:
            return await invoke(name, event, headers, version, query_params)
        finally:
            _invoked.reset(token)

    return invoke_function


def _with_valid_weights_of_new(create: Callable[[str, Data], Answer]) -> Callable[[str, Data], Answer]:
    def create_alias(name: str, data: Data) -> Answer:
        return _refused_weights(name, data) or create(name, data)

    return create_alias


def _with_valid_weights(update: Callable[[str, str, Data], Answer]) -> Callable[[str, str, Data], Answer]:
    def update_alias(name: str, alias_name: str, data: Data) -> Answer:
        alias = _alias(name, alias_name)
        refused = alias and (lambda_svc._check_revision(alias, data) or _refused_weights(name, {**alias, **data}))
        return refused or update(name, alias_name, data)

    return update_alias


def _without_weights(put: Callable[[str, str, Data], Answer]) -> Callable[[str, str, Data], Answer]:
    """Refuse to set an alias's provisioned concurrency while it has weights.

    The error: https://github.com/hashicorp/terraform/issues/24957. DeleteProvisionedConcurrencyConfig is not refused:
    there is no report that AWS refuses it, and there are deployment tools that call it for such aliases. Weights may
    be set on an alias that has provisioned concurrency:
    https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
    """

    def put_provisioned_concurrency(name: str, qualifier: str, data: Data) -> Answer:
        if _weights(_alias(name, qualifier)):
            return invalid("Alias with weights can not be used with Provisioned Concurrency")
        return put(name, qualifier, data)

    return put_provisioned_concurrency


def _refused_weights(name: str, alias: Data) -> Answer | None:
    """Return AWS's error about the weights that an alias would have.

    https://docs.aws.amazon.com/lambda/latest/api/API_AliasRoutingConfiguration.html
    https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
    The error about roles: https://github.com/serverless-heaven/serverless-aws-alias/issues/64
    """
    weights, own, function = _weights(alias), alias.get("FunctionVersion"), lambda_svc._functions.get(name)
    if not weights or function is None:
        return None
    if len(weights) > 1:
        return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    ((version, weight),) = weights.items()
    if not 0.0 <= weight <= 1.0:
        return _malformed(version, weight, "Map value must satisfy constraint: [Member must be between 0 and 1]")
    if own == "$LATEST":
        return invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    if not VERSION.fullmatch(version):
        return _malformed(
            version, weight, f"Map keys must satisfy constraint: [Member must satisfy the pattern: {VERSION.pattern}]"
        )
    if version == own:
        return invalid(
            f"Invalid function version {own}. Function version {own} is already included in routing configuration."
        )
    versions = function["versions"]
    for number in (own, version):
        if number not in versions:
            return lambda_svc._function_qualifier_not_found(name, number)
    if versions[own]["config"]["Role"] != versions[version]["config"]["Role"]:
        return invalid("Specified versions must be associated with the same execution role")
    return None


def _alias(name: str, alias_name: str) -> Data:
    alias: Data = lambda_svc._functions.get(name, {}).get("aliases", {}).get(alias_name, {})
    return alias


def _weights(alias: Data) -> dict[str, float]:
    return (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


def _malformed(version: str, weight: float, constraint: str) -> Answer:
    """Return the error about a value that the API's model excludes. The constraint is in shorter words than AWS's."""
    return error_response_json(
        "ValidationException",
        f"1 validation error detected: Value '{{{version}={weight}}}' at 'routingConfig.additionalVersionWeights' "
        f"failed to satisfy constraint: {constraint}",
        400,
    )
