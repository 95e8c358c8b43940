"""Moves functions through their states as Lambda does, and refuses what Lambda refuses meanwhile.

MiniStack reports a function that is updated as Pending, accepts each operation in each state, and takes the end of an
earlier change for the end of a later one, also of a new function with the same name (MiniStack 1.5.33,
`_schedule_state_transition`).
"""

import os
import re
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.services import lambda_svc

from sandbox.emulator.ministack.answers import Answer, Data, conflict

_CHANGE = re.compile(r"PUT /[^/]+/functions/[^/]+/(code|configuration)|POST /[^/]+/functions/[^/]+/versions")
_INVOCATION = re.compile(r"POST /[^/]+/functions/[^/]+/(response-streaming-)?invocations")
_NOT_NOW = "The operation cannot be performed at this time."
_ACTIVE = {"State": "Active", "StateReason": "", "StateReasonCode": ""}
_SUCCESSFUL = {"LastUpdateStatus": "Successful", "LastUpdateStatusReason": "", "LastUpdateStatusReasonCode": ""}


def follow_function_states() -> None:
    """Wrap MiniStack's requests, changes and saved state.

    Only requests are refused, because MiniStack's CloudFormation updates code and settings without waiting in between.
    """
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = float(os.environ.get("SANDBOX_FUNCTION_CHANGE_SECONDS", 0.5))
    lambda_svc.handle_request = _refusing_while_busy(lambda_svc.handle_request)
    lambda_svc._schedule_state_transition = finish_later
    lambda_svc.load_persisted_state = _finishing(lambda_svc.load_persisted_state)


def _refusing_while_busy(handle: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""

    async def handle_request(method: str, path: str, headers: Data, body: bytes, query_params: Data) -> Answer:
        request = f"{method} {path}"
        changes = _CHANGE.fullmatch(request)
        if changes or _INVOCATION.fullmatch(request):
            name, _ = lambda_svc._resolve_request_scoped_name_and_qualifier(path.split("/")[3])
            configuration = lambda_svc._functions.get(name, {}).get("config", {})
            if configuration.get("State") == "Pending":
                return conflict(f"{_NOT_NOW} The function is currently in the following state: Pending")
            if changes and configuration.get("LastUpdateStatus") == "InProgress":
                return conflict(f"{_NOT_NOW} An update is in progress for resource: {configuration['FunctionArn']}")
        return await handle(method, path, headers, body, query_params)

    return handle_request


def finish_later(name: str, delay: float) -> None:
    """Finish the change that this function begins now, after `delay` seconds, unless another one follows meanwhile."""
    function = lambda_svc._functions[name]
    configuration = function["config"]
    if configuration["StateReasonCode"] == "Updating":
        configuration.update(_ACTIVE)
    timer = threading.Timer(delay, _finish, [function, configuration["RevisionId"]])
    timer.daemon = True
    timer.start()


def _finish(function: Data, revision: str) -> None:
    if function["config"]["RevisionId"] != revision:
        return
    for configuration in (function["config"], *(version["config"] for version in list(function["versions"].values()))):
        if not _makes_a_snapshot(configuration):
            configuration.update(_ACTIVE | _SUCCESSFUL)


def _makes_a_snapshot(version: Data) -> bool:
    """Return whether MiniStack ends the version's Pending state itself, once its snapshot for SnapStart is made."""
    return version["Version"] != "$LATEST" and (version.get("SnapStart") or {}).get("OptimizationStatus") == "On"


def _finishing(load: Callable[[Any], None]) -> Callable[[Any], None]:
    """Finish the changes during which the emulator was stopped."""

    def load_persisted_state(state: Any) -> None:
        load(state)
        for _, function in lambda_svc._functions.all_items():
            _finish(function, function["config"]["RevisionId"])

    return load_persisted_state
