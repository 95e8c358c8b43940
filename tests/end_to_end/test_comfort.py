"""What a user meets on the way: a terminal, a log, a script, a Ctrl-C, a module that fails."""

import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox

STYLE = re.compile(r"\x1b\[[0-9;]*m")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sandbox", *arguments]


def in_a_terminal(checkout: Checkout, *arguments: str, **environ: str) -> tuple[int, str]:
    """The exit code, and every byte that a terminal of 80 columns was sent."""
    leader, follower = pty.openpty()
    environment = {**checkout.environment, "TERM": "xterm", "COLUMNS": "80", **environ}
    environment.pop("CI", None)
    with subprocess.Popen(
        command(*arguments), cwd=checkout.root, env=environment, stdin=follower, stdout=follower, stderr=follower
    ) as running:
        os.close(follower)
        shown = b"".join(_read(leader))
    os.close(leader)
    return running.returncode, shown.decode()


def interrupted(checkout: Checkout, argv: list[str], at: str) -> tuple[int, str]:
    """The exit code of a command that is the foreground of a terminal of its own, and what it showed, if Ctrl-C is
    pressed once `at` is shown.
    """
    pid, leader = pty.fork()
    if pid == 0:
        environment = {**checkout.environment, "TERM": "xterm", "COLUMNS": "120"}
        environment.pop("CI", None)
        os.chdir(checkout.root)
        os.execvpe(argv[0], argv, environment)
    shown, pressed = b"", False
    for block in _read(leader):
        shown += block
        if not pressed and at.encode() in shown:
            pressed = True
            os.write(leader, b"\x03")
    os.close(leader)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def _read(leader: int) -> Iterator[bytes]:
    """Until the last process closes the terminal, which Linux reports as an error."""
    try:
        while block := os.read(leader, 65536):
            yield block
    except OSError:
        return


@contextmanager
def running(checkout: Checkout, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command(*arguments),
        cwd=checkout.root,
        env={**checkout.environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_log_of_an_update_has_no_control_characters_and_no_lines_that_only_say_it_goes_on(tiny: Checkout) -> None:
    shown = tiny.up().ok()
    assert "\x1b" not in shown
    assert "updating..." not in shown
    assert "ok     pulumi up  " in shown
    assert re.search(r"^adder    \d+ +[0-9a-f]{12}  ", shown, re.MULTILINE)


def test_chosen_modules_are_shipped_and_all_others_left_as_they_are(tiny: Checkout) -> None:
    before = tiny.outputs()
    greeter = tiny.root / "modules" / "greeter"
    (greeter / ".dockerignore").write_text("module.yaml\n")
    (greeter / "module.yaml").write_text("memorySize: 640\ntriggers: {topics: {news: {}}}\n")
    tiny.edit("modules/adder/app.py", "def ", "# other\n\n\ndef ")
    tiny.add("newcomer", TINY / "adder")
    shown = tiny.sandbox("up", "adder").ok()
    assert "Left as they are: greeter, newcomer" in shown
    assert re.findall(r"Invoke (\S+)", shown) == ["adder"]
    after = tiny.outputs()
    assert (after.keys(), after["greeter"]) == (before.keys(), before["greeter"])
    assert after["adder"]["digest"] != before["adder"]["digest"]
    assert json.loads(tiny.sandbox("preview", "--json").ok()).keys() == {"greeter", "newcomer"}

    shutil.rmtree(greeter)
    assert "greeter is deleted" in tiny.preview()
    limited = tiny.sandbox("preview", "adder").ok()
    assert "Left as they are: greeter, newcomer" in limited
    assert "deleted" not in limited
    assert "there is no enabled module 'ader': did you mean adder?" in tiny.sandbox("up", "ader").failed()


def test_a_terminal_without_colours_gets_none_of_the_sandbox_nor_of_pulumi(tiny: Checkout) -> None:
    assert STYLE.search(in_a_terminal(tiny, "--help")[1])
    assert not STYLE.search(in_a_terminal(tiny, "--help", NO_COLOR="1")[1])
    code, shown = in_a_terminal(tiny, "up", NO_COLOR="1")
    assert code == 0
    assert "\x1b[?25l" in shown, "it is a terminal, so a spinner hides the cursor"
    assert not STYLE.search(shown)


def test_a_script_gets_what_was_shipped_as_json(tiny: Checkout) -> None:
    done = tiny.sandbox("up", "--json")
    answer = json.loads(done.ok())
    assert answer["changes"].keys() == {"same"}
    assert answer["modules"]["adder"]["functionName"] == "lambda-images-local-adder"
    assert "ok     pulumi up" in done.stderr


def test_status_and_preview_for_a_script_compare_the_checkout_with_what_runs(tiny: Checkout) -> None:
    version = tiny.outputs()["adder"]["version"]
    tiny.edit("modules/greeter/words.txt", "hello", "good day")
    tiny.add("newcomer", TINY / "adder")
    status = json.loads(tiny.sandbox("status", "--json").ok())
    assert {name: (module["checkout"], module["because"]) for name, module in status.items()} == {
        "adder": ("same", []),
        "greeter": ("changed", ["~ words.txt"]),
        "newcomer": ("new", []),
    }
    assert status["adder"]["version"] == version
    assert status["adder"]["invoked"] >= status["adder"]["published"][:19]
    assert status["newcomer"]["version"] is None

    modules = json.loads(tiny.sandbox("preview", "--json").ok())
    assert {name: (module["built"], module["because"]) for name, module in modules.items()} == {
        "greeter": (True, ["~ words.txt"]),
        "newcomer": (True, ["+ a new module"]),
    }


def test_a_setting_changes_the_functions_without_another_image(tiny: Checkout) -> None:
    tiny.edit("Pulumi.local.yaml", "config:\n", "config:\n  lambda-images:timeout: 31\n")
    shown = tiny.preview()
    tiny.edit("Pulumi.local.yaml", "  lambda-images:timeout: 31\n", "")
    assert "greeter changes without another image\n  ~ function: description, timeout\n" in shown
    assert tiny.preview().endswith("\nNothing would change.\n")


def test_a_changed_setting_is_seen_without_starting_pulumi(tiny: Checkout) -> None:
    tiny.edit("Pulumi.local.yaml", "config:\n", "config:\n  lambda-images:timeout: 31\n")
    status = json.loads(tiny.sandbox("status", "--json").ok())
    assert {name: (module["checkout"], module["because"]) for name, module in status.items()} == {
        "adder": ("changed", ["~ settings"]),
        "greeter": ("changed", ["~ settings"]),
    }


def test_what_is_up_is_known_without_an_engine(tiny: Checkout) -> None:
    environ = {**tiny.environment, "PATH": os.defpath, "SANDBOX_TOOLS": str(tiny.home / "no-tools")}
    asked = [("status", ["adder  "]), ("invoke", ['"sum": 6']), ("logs", ["RequestId"])]
    for verb, shown in asked:
        arguments = {"status": ["status"], "logs": ["logs", "--all"]}.get(verb, [verb, "adder"])
        done = subprocess.run(command(*arguments), cwd=tiny.root, env=environ, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert [text for text in shown if text not in done.stdout] == []


def test_a_preview_is_short_and_names_the_log_that_has_every_property(tiny: Checkout) -> None:
    tiny.edit("modules/greeter/words.txt", "hello", "good night")
    first, *others = tiny.preview().splitlines()
    assert others == ["greeter is built again, because of", "  ~ words.txt"]
    (log,) = re.findall(r"each property that would change is in (\S+)", first)
    assert "imageName" in (tiny.root / log).read_text()


def test_a_command_is_executed_without_a_word_if_everything_is_there(tiny: Checkout) -> None:
    done = tiny.sandbox("exec", "--", "echo", "hello")
    assert (done.code, done.stdout, done.stderr) == (0, "hello\n", "")


def test_ctrl_c_in_a_terminal_ends_make_as_well(tiny: Checkout) -> None:
    """Pulumi's display reads the key itself, so that the terminal signals nobody."""
    makefile = tiny.root / "Makefile"
    makefile.write_text(f"up:\n\t@{shlex.join(command('up'))}\n")
    dockerfile = tiny.root / "modules" / "greeter" / "Dockerfile"
    dockerfile.write_text(f"{dockerfile.read_text()}RUN sleep 60\n")
    code, shown = interrupted(tiny, ["make", "up"], at="greeter-image")
    assert "Stopped. The versions that were served are still served" in shown
    assert code == -signal.SIGINT


def test_a_module_that_left_the_checkout_is_still_shown(tiny: Checkout) -> None:
    shutil.rmtree(tiny.root / "modules" / "adder")
    assert "deleted: `make up` removes it" in tiny.sandbox("status").ok()


def test_a_function_that_fails_ends_with_its_error_and_its_log_on_standard_error(
    tiny: Checkout, tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_text('["no", "object"]')
    done = tiny.sandbox("invoke", "greeter", "--event", str(event))
    assert (done.code, done.stdout) == (1, "")
    assert "Error: " in done.stderr
    assert "The end of its log:" in done.stderr
    assert "START RequestId" in done.stderr


def test_a_log_is_followed_until_ctrl_c(tiny: Checkout) -> None:
    before = tiny.sandbox("logs", "adder", "greeter", "--all").ok().splitlines()
    with running(tiny, "logs", "--all", "--follow") as following:
        assert following.stdout is not None
        assert [line.rstrip("\n") for line in islice(following.stdout, len(before))] == before
        tiny.invoke("adder")
        assert any(
            "adder   | START RequestId" in line for line in following.stdout
        )  # a new container's own lines come before
        following.send_signal(signal.SIGINT)
        assert following.wait(10) == 130
        assert following.stderr is not None
        assert following.stderr.read() == ""


def test_a_log_shows_nothing_older_than_it_is_asked_for(tiny: Checkout) -> None:
    time.sleep(1.1)
    assert "RequestId" in tiny.sandbox("logs", "adder", "--all", "--since", "1h").ok()
    assert tiny.sandbox("logs", "adder", "--all", "--since", "1s").ok() == ""


def test_a_failed_update_ends_with_what_to_do_and_a_log_that_has_every_line_of_the_build(tiny: Checkout) -> None:
    dockerfile = tiny.root / "modules" / "greeter" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + "RUN echo many lines; echo oh dear >&2; exit 3\n")
    done = tiny.up()
    assert done.code == 1
    assert "failed pulumi up" in done.stdout
    what, remedy, how, where = done.stderr.splitlines()[-4:]
    assert what == "error: `pulumi up` failed with exit code 1; the versions that ran before are still served"
    assert remedy == "  -> fix the errors above and run `make up` again"
    assert how == "  -> run a `pulumi ...` command that they name as `bin/sandbox exec -- pulumi ...`"
    log = Path(where.removeprefix("  -> the full log is "))
    assert "greeter-image  oh dear" in (tiny.root / log).read_text()
