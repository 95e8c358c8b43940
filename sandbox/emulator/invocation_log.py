"""Reads what a container printed during an invocation: the function's own lines, and the emulator's words about it."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

OWN = re.compile(r"\d\d \w{3} \d{4} \d\d:\d\d:\d\d,\d{3} \[[A-Z]+\] \(rapid\) (.*)")
"""A line of the runtime interface emulator. Lambda writes none of these into a function's log."""
INIT_ENDED = "(rapid) INIT RTDONE"
"""The emulator prints it when the function's process has asked for its first event, or has ended."""
FAILED = "(rapid) Invoke DONE failed"
"""The last thing that the emulator says of an invocation without an answer."""
TIMED_OUT = re.compile(r"Task timed out after \d+\.00 seconds")
"""The emulator's answer to an event that took too long."""

_TYPE = "First fatal error stored in appctx: "
_CAUSE = re.compile(r"(?:Init|Invoke) failed (.*)")
_IDENTIFIER = re.compile(r" ?\bInvokeID=\S*")


@dataclass(frozen=True)
class Failure:
    """Why there is no answer, in Lambda's terms."""

    type: str
    """Such as Runtime.ExitError."""
    cause: str

    def message(self, request: str) -> str:
        return f"RequestId: {request} Error: {self.cause}"

    def document(self, request: str) -> dict[str, str]:
        """Return what Lambda answers."""
        return {"errorType": self.type, "errorMessage": self.message(request)}


KILLED = Failure("Runtime.ExitError", "Runtime exited with error: signal: killed")
"""What happens to a function that uses too much memory."""
OUT_OF_MEMORY = "Runtime.OutOfMemory"
"""The error type that a report has then."""
UNKNOWN = Failure("Runtime.ExitError", "Runtime exited without providing a reason")


def timed_out(seconds: int) -> Failure:
    return Failure("Sandbox.Timedout", f"Task timed out after {seconds}.00 seconds")


def failure(output: str) -> Failure:
    """Return the first failure that the emulator names."""
    said = [match[1] for match in map(OWN.fullmatch, output.splitlines()) if match]
    types = [line.removeprefix(_TYPE) for line in said if line.startswith(_TYPE)]
    causes = [
        _IDENTIFIER.sub("", match[1]).strip().removeprefix("error=") for match in map(_CAUSE.match, said) if match
    ]
    return Failure(types[0] if types else UNKNOWN.type, causes[0] if causes else UNKNOWN.cause)


def function_log(output: str) -> list[str]:
    """Return the lines that Lambda would write into the log."""
    return [line for line in output.splitlines() if not OWN.fullmatch(line)]


def failed_log(
    lines: Iterable[str], failure: Failure, request: str, version: str, memory: int, milliseconds: float, now: str
) -> list[str]:
    """Return the log of an invocation that failed, with Lambda's own lines. `now` is the time, as a log has it."""
    start, end = f"START RequestId: {request} Version: {version}", f"END RequestId: {request}"
    report = f"REPORT RequestId: {request}\t"
    own = [line for line in lines if line not in (start, end) and not line.startswith(report)]
    if failure.type == "Sandbox.Timedout":
        said, status = [f"{now} {request} {failure.cause}", ""], "Status: timeout"
    else:
        type_reported = OUT_OF_MEMORY if failure == KILLED else failure.type
        said, status = [failure.message(request), failure.type], f"Status: error\tError Type: {type_reported}"
    measured = f"Duration: {milliseconds:.2f} ms\tBilled Duration: {math.ceil(milliseconds)} ms"
    sizes = f"Memory Size: {memory} MB\tMax Memory Used: {memory} MB"
    return [start, *own, *said, end, f"{report}{measured}\t{sizes}\t{status}"]
