"""The sandbox's command line, with a signal sent at a chosen moment of its work.

    python interrupting.py MOMENT VICTIM SIGNAL COMMAND...

A moment is `before` or `after` a call to AWS (`before UpdateAlias`) or of the Docker client (`before build`), or
`during` the latter, when it has printed its first line. Run in a checkout, as its own process group.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
from botocore.client import BaseClient

from sandbox.cli.app import main
from sandbox.offline.plugins.docker.session import Docker

SETTLE_SECONDS = 0.5
"""Seconds for the news to spread, as the engine's word to its plugins that they are to cancel."""


class Interruption:
    """Happens once, in whichever thread comes to the moment first."""

    def __init__(self, moment: str, victim: str, number: int) -> None:
        self._moment = moment
        self._victim = victim
        self._number = number
        self._once = threading.Lock()

    def at(self, moment: str) -> None:
        """Does nothing at any other moment. What was about to happen doesn't, if it takes the one who asked for it."""
        if moment != self._moment or not self._once.acquire(blocking=False):
            return
        print(f"[{moment}: {signal.Signals(self._number).name} to {self._victim}]", file=sys.stderr, flush=True)
        if self._victim == "group":
            os.killpg(0, self._number)
        else:
            self._process().send_signal(self._number)
        time.sleep(SETTLE_SECONDS)
        if self._victim == "pulumi" and self._number == signal.SIGKILL and moment.startswith("before"):
            raise ConnectionAbortedError(moment)

    def _process(self) -> psutil.Process:
        if self._victim == "pulumi":
            (engine,) = (child for child in psutil.Process().children() if child.name() == "pulumi")
            return engine
        files = {"emulator": "emulator.pid", "docker": "docker/dockerd.pid"}
        if self._victim in files:
            return psutil.Process(int(Path(os.environ["SANDBOX_HOME"], files[self._victim]).read_text().split()[0]))
        return psutil.Process()


def watch_aws(interruption: Interruption) -> None:
    call: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]

    def watched(client: Any, operation: str, arguments: Any) -> Any:
        interruption.at(f"before {operation}")
        answer = call(client, operation, arguments)
        interruption.at(f"after {operation}")
        return answer

    BaseClient._make_api_call = watched  # type: ignore[attr-defined]


def watch_docker(interruption: Interruption) -> None:
    stream: Callable[..., Iterator[str]] = Docker.stream

    def watched(docker: Docker, verb: str, *arguments: Any, **options: Any) -> Iterator[str]:
        interruption.at(f"before {verb}")
        for line in stream(docker, verb, *arguments, **options):
            interruption.at(f"during {verb}")
            yield line
        interruption.at(f"after {verb}")

    Docker.stream = watched  # type: ignore[assignment,method-assign]


if __name__ == "__main__":
    chosen = Interruption(sys.argv[1], sys.argv[2], signal.Signals[sys.argv[3]])
    watch_aws(chosen)
    watch_docker(chosen)
    sys.argv[1:] = sys.argv[4:]
    main()
