"""The protobuf messages that take more than a line to make or to read."""

from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # googleapis-common-protos has no stubs
from pulumi.runtime.proto import provider_pb2

from components.printable import printable_lines
from sandbox.offline.plugins.errors import Checked, HalfDone
from sandbox.offline.plugins.resource import Autonaming, Difference
from sandbox.offline.plugins.values import to_struct

_KINDS = {
    ("add", False): provider_pb2.PropertyDiff.ADD,
    ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("delete", False): provider_pb2.PropertyDiff.DELETE,
    ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("update", False): provider_pb2.PropertyDiff.UPDATE,
    ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}
_MODES: Mapping[int, Any] = {0: "propose", 1: "enforce", 2: "disable"}


def type_of(urn: str) -> str:
    """`urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`"""
    return urn.split("::")[2].rpartition("$")[2]


def autonaming_of(request: Any) -> Autonaming | None:
    """Of a CheckRequest; others have none."""
    if not isinstance(request, provider_pb2.CheckRequest) or not request.HasField("autonaming"):
        return None
    return Autonaming(_MODES[request.autonaming.mode], request.autonaming.proposed_name)


def failures(checked: Checked) -> list[provider_pb2.CheckFailure]:
    return [
        provider_pb2.CheckFailure(property=each.property, reason=printable_lines(each.reason))
        for each in checked.failures
    ]


def check_response(checked: Checked) -> provider_pb2.CheckResponse:
    return provider_pb2.CheckResponse(inputs=to_struct(checked.inputs), failures=failures(checked))


def diff_response(difference: Difference) -> provider_pb2.DiffResponse:
    some = bool(difference.changed)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if some else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=difference.changed,
        replaces=difference.replaces,
        hasDetailedDiff=bool(difference.detailed),
        detailedDiff={
            path: provider_pb2.PropertyDiff(kind=_KINDS[change.kind, change.replaces], inputDiff=change.of_inputs)
            for path, change in difference.detailed.items()
        },
    )


def half_done_status(half_done: HalfDone) -> bytes:
    """For the metadata `grpc-status-details-bin`, from which the engine reads the state of a half-made resource."""
    reason = str(half_done)
    detail = AnyMessage()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(id=half_done.id, properties=to_struct(half_done.outputs), reasons=[reason])
    )
    status = Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason, details=[detail])
    return bytes(status.SerializeToString())
