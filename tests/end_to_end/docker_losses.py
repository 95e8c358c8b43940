"""What a sandbox goes through whose Docker engine is killed, run by test_docker_losses.py in namespaces apart.

`python -m tests.end_to_end.docker_losses BASE_IMAGE_ARCHIVE MOMENT... FOLDER`
"""

import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
from rich.console import Console

from sandbox.docker.engine import ensure_docker
from sandbox.layout import Layout
from sandbox.progress import Progress
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY
from tests.end_to_end.test_interruptions import INTERRUPTING, assert_in_order, interrupted_up, write_new_words


def dockerd(checkout: Checkout) -> psutil.Process:
    return psutil.Process(int((checkout.home / "docker" / "dockerd.pid").read_text()))


def main(archive: Path, moments: Sequence[str], folder: Path) -> None:
    checkout = Checkout.at(folder / "c", home=folder / "h")
    checkout.add("greeter", TINY / "greeter")
    shutil.copy2(INTERRUPTING, checkout.root)
    layout = Layout(project=checkout.root, home=checkout.home, tools=checkout.home)
    engine = ensure_docker(layout, Progress(Console(quiet=True)))
    engine.run("load", "--input", archive)
    try:
        checkout.up().ok()
        for moment in moments:
            words = write_new_words(checkout)
            interrupted_up(checkout, moment, "docker", signal.SIGKILL)
            checkout.up().ok()
            assert_in_order(checkout, words)
        daemon = dockerd(checkout)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(timeout=30)
        assert "Nothing changed" in checkout.up().ok()
        assert_in_order(checkout, words)
    finally:
        checkout.sandbox("down").ok()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:-1], Path(sys.argv[-1]))
