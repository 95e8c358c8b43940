"""What the runtime interface emulator prints, recorded, and what becomes of it."""

from sandbox.emulator import invocation_log
from sandbox.emulator.invocation_log import KILLED, Failure

ENDED = """\
START RequestId: r1 Version: $LATEST
29 Nov 2026 02:14:33,337 [INFO] (rapid) INIT START(type: on-demand, phase: init)
first
second
29 Nov 2026 02:14:33,719 [WARNING] (rapid) First fatal error stored in appctx: Runtime.ExitError
29 Nov 2026 02:14:33,720 [WARNING] (rapid) Process runtime-1 exited: exit status 7
29 Nov 2026 02:14:33,720 [ERROR] (rapid) Init failed error=Runtime exited with error: exit status 7 InvokeID=
29 Nov 2026 02:14:33,736 [ERROR] (rapid) Invoke failed error=ErrAgentNameCollision InvokeID=r1
29 Nov 2026 02:14:33,736 [ERROR] (rapid) Invoke DONE failed: Sandbox.Failure
"""
MISSING = """\
29 Nov 2026 02:14:31,302 [WARNING] (rapid) First fatal error stored in appctx: Runtime.InvalidEntrypoint
29 Nov 2026 02:14:31,302 [ERROR] (rapid) Init failed InvokeID= error=fork/exec /nope: no such file or directory
START RequestId: r1 Version: $LATEST
"""


def failed_log(lines: list[str], failure: Failure) -> list[str]:
    return invocation_log.failed_log(lines, failure, "r1", "3", 128, 1234.5, "2026-11-29T02:14:33.000Z")


def test_the_first_failure_counts() -> None:
    assert invocation_log.failure(ENDED) == Failure("Runtime.ExitError", "Runtime exited with error: exit status 7")
    missing = Failure("Runtime.InvalidEntrypoint", "fork/exec /nope: no such file or directory")
    assert invocation_log.failure(MISSING) == missing
    assert missing.document("r1") == {
        "errorType": "Runtime.InvalidEntrypoint",
        "errorMessage": "RequestId: r1 Error: fork/exec /nope: no such file or directory",
    }


def test_a_container_that_says_nothing_gives_no_reason() -> None:
    assert invocation_log.failure("") == Failure("Runtime.ExitError", "Runtime exited without providing a reason")


def test_the_emulators_own_lines_are_not_in_the_functions_log() -> None:
    assert invocation_log.function_log(ENDED) == ["START RequestId: r1 Version: $LATEST", "first", "second"]


def test_a_process_that_ended_is_in_the_log_as_lambda_writes_it() -> None:
    assert failed_log(["first", "START RequestId: r1 Version: 3", "second"], invocation_log.failure(ENDED)) == [
        "START RequestId: r1 Version: 3",
        "first",
        "second",
        "RequestId: r1 Error: Runtime exited with error: exit status 7",
        "Runtime.ExitError",
        "END RequestId: r1",
        "REPORT RequestId: r1\tDuration: 1234.50 ms\tBilled Duration: 1235 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 128 MB\tStatus: error\tError Type: Runtime.ExitError",
    ]


def test_too_much_memory_and_too_much_time_are_told_apart_in_the_report() -> None:
    assert failed_log([], KILLED)[-1].endswith("\tStatus: error\tError Type: Runtime.OutOfMemory")
    report = "REPORT RequestId: r1\tDuration: 3000.00 ms\t"
    late = failed_log(["END RequestId: r1", report], invocation_log.timed_out(3))
    assert late[1:3] == ["2026-11-29T02:14:33.000Z r1 Task timed out after 3.00 seconds", ""]
    assert late[-1].endswith("\tStatus: timeout")
    assert len(late) == 5
