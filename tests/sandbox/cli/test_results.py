import subprocess
import sys

from sandbox.layout import PROJECT

PROGRAM = """
import subprocess
from sandbox.cli.results import results
with results({as_json}) as give:
    print("progress", flush=True)
    subprocess.run(["echo", "of a subprocess"])
    give({{"size": 3, "name": "é"}})
print("after", flush=True)
"""


def ran(as_json: bool) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM.format(as_json=as_json)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)


def test_a_script_finds_json_alone_on_standard_output_and_all_else_on_standard_error() -> None:
    done = ran(as_json=True)
    assert done.stdout == '{\n  "size": 3,\n  "name": "é"\n}\nafter\n'
    assert done.stderr == "progress\nof a subprocess\n"


def test_a_user_finds_no_json() -> None:
    done = ran(as_json=False)
    assert (done.stdout, done.stderr) == ("progress\nof a subprocess\nafter\n", "")
