"""Images that contain nothing for the sandbox's sake, and what Lambda forbids every function."""

import base64
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def first_update(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Checkout, str]]:
    """A sandbox with five modules, and what its first update printed. Two modules can't start."""
    checkout = Checkout.at(tmp_path_factory.mktemp("images") / "checkout")
    for module in ("broken", "confined", "extended", "static", "unreadable"):
        checkout.add(module, TINY / module)
    static = checkout.root / "modules" / "static"
    subprocess.run(["go", "build", "-ldflags=-s -w", "-o", "bootstrap", "main.go"], cwd=static, check=True)
    try:
        ran = checkout.up()
        assert ran.code == 1
        yield checkout, f"{ran.stdout}\n{ran.stderr}"
    finally:
        checkout.remove_sandbox()


@pytest.fixture(scope="module")
def functions(first_update: tuple[Checkout, str]) -> Any:
    return first_update[0].aws("lambda")


def invoke(functions: Any, module: str, event: Any) -> tuple[Any, str]:
    """The answer, and the end of the log."""
    answer = functions.invoke(FunctionName=f"lambda-images-local-{module}", Payload=json.dumps(event), LogType="Tail")
    return json.load(answer["Payload"]), base64.b64decode(answer["LogResult"]).decode()


def confined(functions: Any, **event: Any) -> Any:
    return invoke(functions, "confined", event)[0]


def test_an_image_that_is_a_single_program_answers(functions: Any) -> None:
    assert invoke(functions, "static", {"a": [1]})[0] == {"a": [1]}


def test_only_an_image_with_python_can_be_debugged(first_update: tuple[Checkout, str]) -> None:
    refused = first_update[0].sandbox("debug", "static", "--event", "{}").failed()
    assert "the image of `static` has no python3 on its PATH" in refused


def test_an_extension_runs_beside_the_function_and_hears_of_each_event(functions: Any) -> None:
    for _ in range(2):
        assert invoke(functions, "extended", {})[0] == {"told": True}


def test_a_failed_start_shows_all_that_the_process_said(first_update: tuple[Checkout, str]) -> None:
    _, shown = first_update
    assert "2 of 5 modules failed: broken, unreadable" in shown
    assert "Error: Runtime exited with error: exit status 7" in shown
    assert "  | the first line\n" in shown
    assert "  | there is no database\n" in shown
    assert "(rapid)" not in shown


def test_a_file_that_only_root_may_read_is_not_readable(first_update: tuple[Checkout, str]) -> None:
    assert "Permission denied: '/var/task/app.py'" in first_update[1]


def test_a_function_has_the_user_and_the_limits_that_lambda_gives_it(functions: Any) -> None:
    found = confined(functions, do="describe")
    environment = found.pop("environment")
    assert found == {
        "user": 993,
        "group": 990,
        "capabilities": 0,
        "may gain privileges": False,
        "mebibytes of /tmp": 512,
        "files": 1024,
        "shared memory": False,
        "home": "/home/sbx_user1051",
        "folder": "/function",
    }
    assert environment["_HANDLER"] == "app.handle"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "lambda-images-local-confined"
    assert environment["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/lambda-images-local-confined"
    assert environment["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert environment["TZ"] == ":UTC"
    assert "AWS_EXECUTION_ENV" not in environment
    assert not [name for name in environment if name.startswith("_") and name not in ("_HANDLER", "_X_AMZN_TRACE_ID")]


@pytest.mark.parametrize("file", ["/function/new", "/var/task/new", "/home/sbx_user1051", "/.lambda-emulator/new"])
def test_only_tmp_can_be_written(functions: Any, file: str) -> None:
    assert confined(functions, do="write", file=file) == f"[Errno 30] Read-only file system: '{file}'"
    assert confined(functions, do="write", file="/tmp/new") is None


def test_tmp_is_as_large_as_the_setting_says_and_is_not_memory(functions: Any) -> None:
    assert confined(functions, do="write", file="/tmp/large", mebibytes=400) is None
    assert confined(functions, do="write", file="/tmp/large", mebibytes=520) == "[Errno 28] No space left on device"


@pytest.mark.parametrize("event", [{"mebibytes": 250, "seconds": 3}, {"mebibytes": 800}], ids=["a while", "at once"])
def test_a_function_that_uses_too_much_memory_is_killed(functions: Any, event: dict[str, int]) -> None:
    assert confined(functions, do="allocate", mebibytes=50) == 50 << 20
    error, log = invoke(functions, "confined", {"do": "allocate", **event})
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith(" Error: Runtime exited with error: signal: killed")
    request = error["errorMessage"].split()[1]
    assert log.splitlines()[0] == f"START RequestId: {request} Version: $LATEST"
    assert log.splitlines()[-1].startswith(f"REPORT RequestId: {request}\t")
    assert log.endswith("Max Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory")
    assert confined(functions, do="allocate", mebibytes=50) == 50 << 20, "the next event has a new instance"


def test_processor_time_follows_memory(functions: Any) -> None:
    confined(functions, do="describe")
    assert confined(functions, do="compute", seconds=2) < 0.5, "0.072 of a processor"


def test_a_process_that_ends_is_reported_with_what_it_said_last(functions: Any) -> None:
    error, log = invoke(functions, "confined", {"do": "exit"})
    assert error["errorMessage"].endswith(" Error: Runtime exited with error: exit status 3")
    assert log.splitlines()[1:4] == ["the last words", error["errorMessage"], "Runtime.ExitError"]


def test_an_answer_may_have_six_megabytes(functions: Any) -> None:
    assert len(confined(functions, do="answer", bytes=6_000_000)) == 6_000_000
    assert confined(functions, do="answer", bytes=6_400_000) == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    }
