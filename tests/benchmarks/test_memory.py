import subprocess
import sys
import time

import pytest

from benchmarks.memory import Peaks, part, sampled

HOLD_60_MIB = "import time; held = bytearray(60 * 2**20); time.sleep(1)"


def test_the_memory_of_what_is_started_meanwhile_is_seen() -> None:
    with sampled([]) as peaks:
        subprocess.run([sys.executable, "-c", HOLD_60_MIB], check=True)
    assert 60 < peaks.total < 200


def test_what_was_there_before_is_no_part_of_it() -> None:
    with sampled([]) as peaks:
        time.sleep(0.2)
    assert peaks.total == 0


def test_the_total_is_the_highest_sum_at_one_moment() -> None:
    peaks = Peaks()
    peaks.add({"engine": 100.0, "program": 10.0})
    peaks.add({"engine": 50.0, "program": 80.0})
    assert peaks == Peaks(by_part={"engine": 100.0, "program": 80.0}, total=130.0)


@pytest.mark.parametrize(
    "command, name",
    [
        (["pulumi", "up", "--yes"], "engine"),
        (["python", "-P", "/pulumi/sandbox/language_host.py", "127.0.0.1:1"], "language host with the program"),
        (["/pulumi/.venv/bin/python", "-m", "sandbox", "up"], "sandbox command with the plugins"),
        (["/usr/bin/docker", "push", "localhost:4566/one"], "docker client"),
        (["/usr/bin/dockerd"], "dockerd"),
        (["sleep", "1"], "others"),
    ],
)
def test_a_process_is_called_what_it_is_to_the_reader(command: list[str], name: str) -> None:
    assert part(command) == name
