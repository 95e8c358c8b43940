"""Spares Pulumi's SDK work that it does for each resource, and whose result nobody needs.

The functions that are replaced are not all public, so this fits the pinned version of the SDK. Tests cover it.
"""

import sys
from traceback import FrameSummary

import pulumi
from pulumi.runtime import resource
from pulumi.runtime.proto.source_pb2 import SourcePosition, StackTrace

_CONSTRUCTORS = 3
"""How many constructors run: of Resource, of CustomResource or ComponentResource, and of the resource's own class."""


def spare_needless_work() -> None:
    """Send no debug messages, and record of each resource only the line that makes it, without a stack trace.

    The program waits for the engine with each of the five debug messages about a resource, which took half of its time.
    Only `pulumi up --debug` would show them. The stack traces, with paths of the machine, were nearly half of the
    state, which the engine writes twice for each resource that it creates.
    """
    pulumi.log.debug = lambda *_, **__: None
    resource._get_stack_trace = StackTrace
    resource._get_source_position = _line_that_makes_it


def _line_that_makes_it(stack: StackTrace) -> SourcePosition | None:
    frame, constructors = sys._getframe(1), 0
    while frame.f_back is not None and constructors < _CONSTRUCTORS:
        constructors += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    if constructors < _CONSTRUCTORS:
        return None
    caller = FrameSummary(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, lookup_line=False)
    return resource._get_source_position_for_frame(caller)
