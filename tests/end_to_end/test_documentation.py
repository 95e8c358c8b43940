"""Every command that the documentation shows works, in the order in which it is read."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence

import pytest

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import PROJECT, Checkout
from tests.end_to_end.documentation import IN_SANDBOX, NOT_RUN, UNTIL_CTRL_C, Block, Command, blocks

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")), PROJECT / "CONTRIBUTING.md"]
BLOCKS = [block for page in PAGES for block in blocks(page)]
RUN = [block for block in BLOCKS if block.note not in NOT_RUN]


def test_each_block_is_run_or_says_what_it_needs() -> None:
    known = {"", IN_SANDBOX, UNTIL_CTRL_C, *NOT_RUN}
    assert [f"{block.file.name}:{block.line}: {block.note}" for block in BLOCKS if block.note not in known] == []


@pytest.fixture(scope="module")
def checkout(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A clone of the project, as it is in the working tree."""
    root = tmp_path_factory.mktemp("documentation") / "lambda-images"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=PROJECT, capture_output=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (PROJECT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, root / name)
    (root / ".venv").symlink_to(PROJECT / ".venv")
    checkout = Checkout(root, root / ".sandbox")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    yield checkout
    checkout.remove_sandbox()


@pytest.mark.sandbox
@pytest.mark.parametrize("block", RUN, ids=[f"{block.file.name}-{block.line}" for block in RUN])
def test_the_commands_of_a_block_succeed(checkout: Checkout, block: Block) -> None:
    if block.before:
        run(checkout, block.before)
    if block.note == IN_SANDBOX:
        run(checkout, "\n".join(command.text for command in block.commands), "bin/sandbox", "exec", "--")
        return
    for command in block.commands:
        if block.note == UNTIL_CTRL_C:
            run_until_ctrl_c(checkout, command)
        else:
            run(checkout, command.text, errors=command.errors)


def environment(checkout: Checkout) -> dict[str, str]:
    """Without what `make` tells the commands of a rule, such as one that runs this test."""
    return {
        name: value for name, value in checkout.environment.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }


def run(checkout: Checkout, script: str, *within: str, errors: Sequence[str] = ()) -> None:
    """Run it as a reader would, whose answer to each question is `value`. It may fail with these errors alone."""
    ran = subprocess.run(
        [*within, "bash", "-euo", "pipefail", "-c", script],
        cwd=checkout.root,
        env=environment(checkout),
        input="value\n" * 3,
        capture_output=True,
        text=True,
        timeout=900,
    )
    printed = f"{ran.stdout}\n{ran.stderr}"
    assert ran.returncode == 0 or set(errors) & set(printed.splitlines()), f"{script}\n{printed}"


def run_until_ctrl_c(checkout: Checkout, command: Command) -> None:
    """Run it until it has printed one of the lines that the documentation shows, then press Ctrl-C in its terminal."""
    shown = ""
    with subprocess.Popen(
        ["bash", "-c", f"exec {command.text}"],
        cwd=checkout.root,
        env=environment(checkout),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        ending = threading.Timer(300, os.killpg, (running.pid, signal.SIGKILL))
        ending.start()
        for line in running.stdout:
            shown += line
            if line.rstrip() in command.output:
                os.killpg(running.pid, signal.SIGINT)
                break
        shown += running.stdout.read()
        ending.cancel()
    assert running.returncode == -signal.SIGINT, f"{command.text}\n{shown}"
