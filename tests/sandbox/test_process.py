import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sandbox.errors import SandboxError
from sandbox.process import Background, run, stream, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def background(tmp_path: Path) -> Iterator[Background]:
    process = Background(tmp_path / "pid")
    yield process
    process.stop(timeout=0)


def lines_of(log: Path, script: str) -> list[str]:
    return list(stream(["sh", "-c", script], env=os.environ, cwd=log.parent, log=log))


def test_a_failed_command_is_reported_with_its_last_lines() -> None:
    with pytest.raises(SandboxError, match=r"exit code 3:\n  \| why$"):
        run(["sh", "-c", "echo why >&2; exit 3"])


def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(SandboxError, match="`no-such-command` was not found"):
        run(["no-such-command"])


def test_a_command_that_takes_too_long_is_ended() -> None:
    with pytest.raises(SandboxError, match="did not finish within"):
        run(SLEEP, timeout=0.1)


def test_streamed_lines_come_as_they_are_written_and_stay_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines = stream(["sh", "-c", "echo one; sleep 60"], env=os.environ, cwd=tmp_path, log=log)
    started = time.monotonic()
    assert next(lines) == "one"
    lines.close()
    assert time.monotonic() - started < 10
    assert log.read_text() == "one\n"


def test_a_streamed_command_that_fails_says_so_after_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"exit code 4:\n  \| one\n  \| two\n") as failed:
        lines_of(tmp_path / "log", "echo one; echo two >&2; exit 4")
    assert str(tmp_path / "log") in failed.value.remedy


def test_waiting_ends_with_an_error_that_names_what_did_not_come() -> None:
    with pytest.raises(SandboxError, match="the tide turns: this did not happen within 0 s"):
        wait_until(lambda: False, 0.1, "the tide turns", interval=0.01)


def test_a_background_process_is_known_to_the_next_command(background: Background, tmp_path: Path) -> None:
    pid = background.start(SLEEP, env=os.environ, log=tmp_path / "log")
    found = Background(tmp_path / "pid").process()
    assert found is not None and found.pid == pid


def test_a_process_that_was_given_the_same_id_later_is_not_taken_for_ours(
    background: Background, tmp_path: Path
) -> None:
    background.pid_file.write_text(f"{os.getpid()} {psutil.Process().create_time() - 1}\n")
    assert background.process() is None
    assert background.stop(timeout=1) is False


def test_one_that_ended_by_itself_is_not_running(background: Background, tmp_path: Path) -> None:
    background.start(["true"], env=os.environ, log=tmp_path / "log")
    wait_until(lambda: background.process() is None, 5, "it ends")


def test_one_that_ignores_the_request_to_end_is_killed(background: Background, tmp_path: Path) -> None:
    log = tmp_path / "log"
    pid = background.start([sys.executable, "-c", DEAF], env=os.environ, log=log)
    wait_until(lambda: "deaf" in log.read_text(), 10, "it ignores SIGTERM")
    assert background.stop(timeout=0.2) is True
    assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, "dead, but for its parent, which is this process"
