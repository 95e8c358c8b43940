import subprocess
import sys
from pathlib import Path

WRITE = """
import logging, sys
from pathlib import Path
from sandbox.emulator.ministack.logs import ProcessLog

logging.basicConfig(handlers=[ProcessLog(Path(sys.argv[1]), size=10_000)], level=logging.INFO, format="%(message)s")
for number in range(1000):
    logging.info("line %d of the log", number)
print("printed", flush=True)
sys.exit("failed at last")
"""


def test_the_log_keeps_its_newest_lines_within_its_size_and_what_is_printed_as_well(tmp_path: Path) -> None:
    log = tmp_path / "process.log"
    ended = subprocess.run([sys.executable, "-c", WRITE, str(log)], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["process.log", "process.log.1"]
    assert all(file.stat().st_size <= 10_100 for file in tmp_path.iterdir())
    assert log.read_text().splitlines()[-3:] == ["line 999 of the log", "printed", "failed at last"]
