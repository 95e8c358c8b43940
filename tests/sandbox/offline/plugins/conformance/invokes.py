"""Replays the recording of a function (an invoke)."""

from typing import Any

import grpc

from tests.sandbox.offline.plugins.conformance.masks import differences, filled
from tests.sandbox.offline.plugins.conformance.recording import Recording, Values, case_id
from tests.sandbox.offline.plugins.engine import Engine

_NEWER = {
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": {"region"},
    "aws:index/getRegion:getRegion": {"region"},
    "aws:lambda/getFunction:getFunction": {"region", "responseStreamingInvokeArn"},
}
"""Results that pulumi-aws 7 has, but the recorded provider didn't have."""


def replay(engine: Engine, recording: Recording) -> dict[str, list[str]]:
    """Returns, by case id, how the responses differ from the recorded ones."""
    found = {}
    for case in recording.content["invokes"]:
        found[case_id("invokes", case)] = list(_differences(engine, recording.token, case))
    return found


def _differences(engine: Engine, token: str, case: Values) -> Any:
    try:
        result, failures = engine.invoke(token, filled(case["arguments"]))
    except grpc.RpcError as error:
        return [] if "error" in case else [f"error: recorded none, now {error.details()}"]
    if "error" in case or "failures" in case or failures:
        return differences("error" in case or bool(case.get("failures")), bool(failures), "refused")
    newer = _NEWER.get(token, set()) - case["result"].keys()
    return differences(case["result"], {name: _plain(value) for name, value in result.items() if name not in newer})


def _plain(value: Any) -> Any:
    return value["<secret>"] if isinstance(value, dict) and "<secret>" in value else value
