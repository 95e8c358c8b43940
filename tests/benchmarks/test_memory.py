import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from benchmarks.memory import Peaks, part, sampled

HOLD_60_MIB = "import time; held = bytearray(60 * 2**20); time.sleep(1)"
HOLD_THEM_ON = "held = bytearray(60 * 2**20); print('ready', flush=True); input()"


def test_the_memory_of_what_is_started_meanwhile_is_seen() -> None:
    with sampled([]) as peaks:
        subprocess.run([sys.executable, "-c", HOLD_60_MIB], check=True)
    assert 60 < peaks.total < 200


def test_what_was_there_before_counts_as_a_service_alone_and_then_once() -> None:
    command = [sys.executable, "-c", HOLD_THEM_ON]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        with sampled([]) as without:
            time.sleep(0.3)
        with sampled([psutil.Process(running.pid)]) as peaks:
            time.sleep(0.3)
        running.communicate("end")
    assert without.total == 0
    assert 60 < peaks.total < 110


def test_this_process_itself_counts_if_it_is_a_service() -> None:
    with sampled([psutil.Process()]) as peaks:
        time.sleep(0.3)
    assert peaks.total > 10


def test_the_total_is_the_highest_sum_at_one_moment() -> None:
    peaks = Peaks()
    peaks.add({"engine": 100.0, "program": 10.0})
    peaks.add({"engine": 50.0, "program": 80.0})
    assert peaks == Peaks(by_part={"engine": 100.0, "program": 80.0}, total=130.0)


def test_what_serves_the_ports_of_functions_and_what_has_not_begun_is_left_out(tmp_path: Path) -> None:
    proxy = tmp_path / "docker-proxy"
    proxy.symlink_to(sys.executable)
    with sampled([]) as peaks:
        subprocess.run([proxy, "-c", HOLD_60_MIB], check=True, preexec_fn=lambda: time.sleep(0.3))
    assert peaks == Peaks()


@pytest.mark.parametrize(
    "command, name",
    [
        (["pulumi", "up", "--yes"], "engine"),
        (["python", "-P", "/pulumi/sandbox/offline/language_host.py", "127.0.0.1:1"], "language host with the program"),
        (["/pulumi/.venv/bin/python", "-m", "sandbox", "up"], "sandbox command with the plugins"),
        (["/usr/bin/docker", "push", "localhost:4566/one"], "docker client"),
        (["/usr/bin/dockerd"], "dockerd"),
        (["/usr/sbin/docker-proxy", "-proto", "tcp"], "functions"),
        (["sleep", "1"], "others"),
    ],
)
def test_a_process_is_called_what_it_is_to_the_reader(command: list[str], name: str) -> None:
    assert part(command) == name
