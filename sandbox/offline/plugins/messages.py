"""Reads and builds the protobuf messages for which one line of code is not enough."""

from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # googleapis-common-protos has no stubs
from pulumi.runtime.proto import provider_pb2

from components.printable import printable_lines
from sandbox.offline.plugins.errors import CheckResult, InitError
from sandbox.offline.plugins.resource import Autonaming, DiffResult
from sandbox.offline.plugins.values import to_struct

_PROPERTY_DIFF_KINDS = {
    ("add", False): provider_pb2.PropertyDiff.ADD,
    ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("delete", False): provider_pb2.PropertyDiff.DELETE,
    ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("update", False): provider_pb2.PropertyDiff.UPDATE,
    ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}
_AUTONAMING_MODES: Mapping[int, Any] = {0: "propose", 1: "enforce", 2: "disable"}


def type_of(urn: str) -> str:
    """Returns the type in a URN of the form `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`."""
    return urn.split("::")[2].rpartition("$")[2]


def autonaming_of(request: Any) -> Autonaming | None:
    """Returns the naming configuration of a CheckRequest. Other requests have none."""
    if not isinstance(request, provider_pb2.CheckRequest) or not request.HasField("autonaming"):
        return None
    return Autonaming(_AUTONAMING_MODES[request.autonaming.mode], request.autonaming.proposed_name)


def failures(checked: CheckResult) -> list[provider_pb2.CheckFailure]:
    return [
        provider_pb2.CheckFailure(property=each.property, reason=printable_lines(each.reason))
        for each in checked.failures
    ]


def check_response(checked: CheckResult) -> provider_pb2.CheckResponse:
    return provider_pb2.CheckResponse(inputs=to_struct(checked.inputs), failures=failures(checked))


def diff_response(result: DiffResult) -> provider_pb2.DiffResponse:
    some = bool(result.changed)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if some else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=result.changed,
        replaces=result.replaces,
        deleteBeforeReplace=bool(result.replaces) and result.delete_before_replace,
        hasDetailedDiff=bool(result.detailed),
        detailedDiff={
            path: provider_pb2.PropertyDiff(
                kind=_PROPERTY_DIFF_KINDS[change.kind, change.replaces], inputDiff=change.of_inputs
            )
            for path, change in result.detailed.items()
        },
    )


def init_error_status(error: InitError) -> bytes:
    """Returns the value of the metadata `grpc-status-details-bin`, from which the engine reads the resource's state."""
    reason = str(error)
    detail = AnyMessage()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(id=error.id, properties=to_struct(error.outputs), reasons=[reason])
    )
    status = Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason, details=[detail])
    return bytes(status.SerializeToString())
