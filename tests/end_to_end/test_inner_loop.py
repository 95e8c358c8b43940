"""Work on a module: `watch` deploys what is saved, and `debug` lets an editor stop in what is deployed."""

import json
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Self

import psutil
import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.baseline import Baseline
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY
from tests.end_to_end.debug_client import DebugClient
from tests.sandbox.offline.plugins.emulator import free_port

pytestmark = pytest.mark.sandbox

SECONDS = 120
"""For everything that a command says: the machine may be busy."""
WORDS, SETTINGS = "modules/greeter/words.txt", "modules/greeter/module.yaml"


class Command:
    """A command of the sandbox that runs, with all that it prints."""

    def __init__(self, checkout: Checkout, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", *arguments],
            cwd=checkout.root,
            env={**checkout.environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reading.join()
        if self.process.stdout:
            self.process.stdout.close()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line.rstrip())

    def until(self, text: str) -> str:
        """What it prints up to a line that contains the text."""
        printed, deadline = "", time.monotonic() + SECONDS
        while text not in printed:
            try:
                printed += f"{self._lines.get(timeout=max(deadline - time.monotonic(), 0))}\n"
            except queue.Empty:
                pytest.fail(f"{text!r} was not printed, but:\n{printed}")
        return printed

    def rest(self, seconds: float) -> str:
        """What it prints in this time."""
        time.sleep(seconds)
        printed = ""
        while not self._lines.empty():
            printed += f"{self._lines.get()}\n"
        return printed


class Watch(Command):
    def updated(self) -> str:
        """What it prints until it waits again."""
        return self.until("Watching for changes")


@pytest.fixture(scope="module")
def checkout(tiny_baseline: Baseline) -> Checkout:
    return tiny_baseline.restore()


@pytest.fixture(scope="module")
def watch(checkout: Checkout) -> Iterator[Watch]:
    with Watch(checkout, "watch") as watch:
        watch.updated()
        yield watch


def containers(docker: DockerEngine, checkout: Checkout) -> set[str]:
    """Those of the sandbox, other than the emulator's."""
    shown = docker.run("ps", "--all", "--format", '{{.ID}} {{.Label "ministack.instance"}} {{.Label "ministack"}}')
    own = [line.split() for line in shown.stdout.splitlines() if checkout.emulator.instance in line]
    return {words[0] for words in own if "lambda" not in words}


def test_a_save_is_answered_by_the_new_image_which_is_then_the_one_that_is_served(
    watch: Watch, checkout: Checkout
) -> None:
    (checkout.root / WORDS).write_text("saved\n")
    shown = watch.updated()
    assert "greeter: ~ words.txt" in shown
    assert re.search(r"ok     Try greeter  \{\"greeting\": \"saved, ", shown)
    assert re.search(r"ok     Deploy greeter  version 2, the same image  ", shown), "adder stays as it is"
    assert re.search(r"ok     Invoke greeter  \{\"greeting\": \"saved, ", shown)


def test_files_that_an_editor_writes_beside_and_the_same_content_again_cause_nothing(
    watch: Watch, checkout: Checkout
) -> None:
    folder = checkout.root / "modules" / "greeter"
    beside = [folder / name for name in (".words.txt.swp", "4913", "words.txt~", ".#words.txt")]
    for file in beside:
        file.write_text("an editor's")
    assert watch.rest(2) == ""
    for file in beside:
        file.unlink()
    (checkout.root / WORDS).write_text("saved\n")
    (folder / "Dockerfile").touch()
    assert watch.rest(2) == ""


def test_saves_during_an_update_cause_exactly_one_more(watch: Watch, checkout: Checkout) -> None:
    (checkout.root / WORDS).write_text("first\n")
    watch.until("greeter: ~ words.txt")
    watch.until("Try greeter")  # the image of the first one is built
    for word in ("second", "third", "last"):
        (checkout.root / WORDS).write_text(f"{word}\n")
        time.sleep(0.3)
    shown = watch.updated() + watch.updated()
    assert shown.count("Deploy greeter") == 2
    assert shown.rstrip().splitlines()[-2].startswith('ok     Invoke greeter  {"greeting": "last, ')
    assert watch.rest(2) == ""


def test_each_mistake_is_one_message_and_watching_goes_on(watch: Watch, checkout: Checkout) -> None:
    settings, dockerfile = checkout.root / SETTINGS, checkout.root / "modules" / "greeter" / "Dockerfile"
    settings.write_text("memorySize: much\n")
    shown = watch.until("error:") + watch.rest(2)
    assert "modules/greeter/module.yaml:1: memorySize" in shown
    assert shown.count("error:") == 1
    settings.write_text("memorySize: 256\n")
    assert "greeter: ~ settings" in watch.updated()
    fine = dockerfile.read_text()
    dockerfile.write_text(f"{fine}RUN exit 7\n")
    shown = watch.updated()
    assert (shown.count("error:"), "exit code: 7" in shown) == (1, True)
    dockerfile.write_text(fine)
    watch.updated()
    app = checkout.root / "modules" / "greeter" / "app.py"
    code = app.read_text()
    app.write_text(f"{code}import nothing_of_this_name\n")
    shown = watch.updated()
    assert (shown.count("error:"), "nothing_of_this_name" in shown, "Deploy" in shown) == (1, True, False)
    app.write_text(code)
    assert "ok     Invoke greeter" in watch.updated()


def test_new_modules_are_created_and_those_without_a_folder_deleted(watch: Watch, checkout: Checkout) -> None:
    shutil.copytree(TINY / "adder", checkout.root / "modules" / "summer")
    shown = watch.updated()
    assert "summer: new" in shown
    assert "ok     Invoke summer" in shown
    shutil.rmtree(checkout.root / "modules" / "summer")
    assert "summer: gone" in watch.updated()
    assert "summer" not in checkout.outputs()


def test_ctrl_c_ends_it_with_its_own_exit_code_and_leaves_nothing(
    watch: Watch, checkout: Checkout, docker: DockerEngine
) -> None:
    (checkout.root / WORDS).write_text("late\n")
    watch.until("greeter: ~ words.txt")
    children = psutil.Process(watch.process.pid).children(recursive=True)
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(SECONDS) == 130
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    assert containers(docker, checkout) == set()
    (checkout.root / SETTINGS).write_text("timeout: 2\n")
    assert json.loads(checkout.sandbox("up", "--json").ok())["modules"].keys() == {"adder", "greeter"}


def test_a_debugger_stops_in_the_handler_and_reads_its_variables(checkout: Checkout, docker: DockerEngine) -> None:
    event, port = '{"name": "debugger"}', free_port()
    with Command(checkout, "debug", "greeter", "--event", event, "--port", str(port)) as debug:
        debug.until(f"attach to 127.0.0.1:{port}, with modules/greeter as /var/task")
        folder = checkout.root / "modules" / "greeter"
        line = (folder / "app.py").read_text().partition("return")[0].count("\n") + 1
        with DebugClient(port) as client:
            client.attach(str(folder), "/var/task", {"app.py": line})
            thread = client.event("stopped")["threadId"]
            frame = client.request("stackTrace", threadId=thread)["stackFrames"][0]
            assert (frame["name"], frame["line"], frame["source"]["path"]) == ("handler", line, f"{folder}/app.py")
            time.sleep(4)  # longer than the function's timeout
            assert client.request("evaluate", expression="event['name']", frameId=frame["id"])["result"] == "'debugger'"
            client.send("continue", threadId=thread)
            assert '"greeting": "late, debugger"' in debug.until("greeting")
        assert debug.process.wait(SECONDS) == 0
    assert containers(docker, checkout) == set()
