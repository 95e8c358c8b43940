"""What a user meets on the way: a terminal, a log, a script, a Ctrl-C, a module that fails."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from tests.sandbox.checkout import PROJECT, Checkout

pytestmark = pytest.mark.sandbox


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
    assert "adder    1        " in shown


def test_a_terminal_without_colours_gets_none_of_the_sandbox_nor_of_pulumi(tiny: Checkout) -> None:
    code, shown = in_a_terminal(tiny, "up", NO_COLOR="1")
    assert code == 0
    assert "\x1b[?25l" in shown, "it is a terminal, so a spinner hides the cursor"
    assert not any(f"\x1b[{colour}" in shown for colour in range(30, 48))


def test_a_script_gets_what_was_shipped_as_json(tiny: Checkout) -> None:
    done = tiny.sandbox("up", "--json")
    answer = json.loads(done.ok())
    assert answer["changes"].keys() == {"same"}
    assert answer["modules"]["adder"]["functionName"] == "lambda-images-local-adder"
    assert "ok     pulumi up" in done.stderr


def test_the_checkout_is_compared_with_what_runs(tiny: Checkout) -> None:
    tiny.edit("modules/greeter/words.txt", "hello", "good day")
    tiny.add("newcomer", PROJECT / "tests/sandbox/modules/adder")
    status = json.loads(tiny.sandbox("status", "--json").ok())
    assert {name: (module["checkout"], module["because"]) for name, module in status.items()} == {
        "adder": ("same", []),
        "greeter": ("changed", ["~ words.txt"]),
        "newcomer": ("new", []),
    }
    assert status["adder"]["version"] == "1"
    assert status["adder"]["invoked"] >= status["adder"]["published"][:19]
    assert status["newcomer"]["version"] is None


def test_a_preview_for_a_script_names_the_modules_that_ship_and_why(tiny: Checkout) -> None:
    """After the test before: `greeter` has changed, `newcomer` is new."""
    modules = json.loads(tiny.sandbox("preview", "--json").ok())
    assert {name: (module["built"], module["because"]) for name, module in modules.items()} == {
        "greeter": (True, ["~ words.txt"]),
        "newcomer": (True, ["+ a new module"]),
    }


def test_a_setting_changes_the_functions_without_another_image(tiny: Checkout) -> None:
    tiny.edit("modules/greeter/words.txt", "good day", "hello")
    (tiny.root / "modules" / "newcomer").rename(tiny.root / "newcomer")
    tiny.edit("Pulumi.local.yaml", "config:\n", "config:\n  lambda-images:timeout: 31\n")
    shown = tiny.preview()
    tiny.edit("Pulumi.local.yaml", "  lambda-images:timeout: 31\n", "")
    assert "greeter changes without another image\n  ~ function: description, timeout\n" in shown


def test_a_module_that_left_the_checkout_is_still_shown(tiny: Checkout) -> None:
    module = tiny.root / "modules" / "adder"
    module.rename(tiny.root / "adder")
    shown = tiny.sandbox("status").ok()
    (tiny.root / "adder").rename(module)
    assert "deleted: `make up` removes it" in shown


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
    before = tiny.sandbox("logs", "adder").ok().splitlines()
    with running(tiny, "logs", "adder", "--follow") as following:
        assert following.stdout is not None
        assert [line.rstrip("\n") for line in islice(following.stdout, len(before))] == before
        tiny.invoke("adder")
        assert "requestid" in next(following.stdout).lower()
        following.send_signal(signal.SIGINT)
        assert following.wait(10) == 130
        assert following.stderr is not None
        assert following.stderr.read() == ""


def test_a_log_shows_nothing_older_than_it_is_asked_for(tiny: Checkout) -> None:
    time.sleep(1.1)
    assert "RequestId" in tiny.sandbox("logs", "adder", "--since", "1h").ok()
    assert tiny.sandbox("logs", "adder", "--since", "1s").ok() == ""


def test_a_failed_update_ends_with_what_to_do_and_a_log_that_has_every_line_of_the_build(tiny: Checkout) -> None:
    dockerfile = tiny.root / "modules" / "greeter" / "Dockerfile"
    before = dockerfile.read_text()
    dockerfile.write_text(before + "RUN echo many lines; echo oh dear >&2; exit 3\n")
    done = tiny.up()
    dockerfile.write_text(before)
    assert done.code == 1
    assert "failed pulumi up" in done.stdout
    what, remedy, how, where = done.stderr.splitlines()[-4:]
    assert what == "error: `pulumi up` failed with exit code 1; what ran before still serves"
    assert remedy == "  -> mend what the lines above say and run `make up` again"
    assert how == "  -> a `pulumi ...` among them is `bin/sandbox exec -- pulumi ...` here"
    log = Path(where.removeprefix("  -> the full log is "))
    assert "greeter-image  oh dear" in (tiny.root / log).read_text()
