"""Calls a function while it is deployed repeatedly, and measures failed calls and the growth of memory and state."""

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psutil

from benchmarks import checkout
from benchmarks.about import about
from benchmarks.callers import CALLERS, PAUSE_SECONDS, Calls, by_client, by_connection, calling
from benchmarks.contender import EVENT, SETTLE_SECONDS, Contender
from benchmarks.contenders.ours import pulumi_up
from benchmarks.memory import MIB
from benchmarks.settings import Settings
from sandbox.docker import base_image
from sandbox.engine import stack
from sandbox.layout import Layout
from sandbox.process import Background
from sandbox.progress import Progress
from sandbox.session import Session, opened

PROBE_INTERVAL_SECONDS = 0.05
"""The pause between two requests to the emulator that involve no function."""
OPEN_FILES = 1024
"""The usual soft limit of a process."""
WARM_UP_SECONDS = 60.0
"""When the first sizes are taken."""


@dataclass
class Sizes:
    """The sizes in MiB at the start and at the end, and the largest number of open files."""

    memory: list[float] = field(default_factory=list)
    state: list[float] = field(default_factory=list)
    files: int = 0

    def add(self, emulator: psutil.Process, layout: Layout) -> None:
        self.memory.append(emulator.memory_info().rss / MIB)
        logs = layout.logs.glob("emulator.log*")
        files = [
            file for file in (*layout.backend.rglob("*"), *layout.emulator.rglob("*.json"), *logs) if file.is_file()
        ]
        self.state.append(sum(file.stat().st_size for file in files) / MIB)


def load(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Return `about` and what was measured."""
    with checkout.checkout("load") as layout, opened(layout, progress) as session:
        base_image.ensure(session.docker, layout, progress)
        module = checkout.add_module(layout, "loaded")
        (module / ".dockerignore").write_text("module.yaml\n")
        contender = pulumi_up(layout, session, module)
        contender.edit("first")
        with progress.step("first shipping"):
            contender.ship()
            contender.wait_for("first")
        emulator = Background(layout.home / "emulator.pid").process()
        assert emulator is not None
        emulator.rlimit(psutil.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
        with progress.step(f"{CALLERS} callers, {settings.minutes} minutes of deployments") as step:
            result = _deployed(session, contender, emulator, settings.minutes * 60.0)
            step.outcome = f"{result['calls']} calls, {result['failed']} failed"
        return {"about": about(session, settings), "minutes": settings.minutes, "callers": CALLERS, **result}


def _deployed(session: Session, contender: Contender, emulator: psutil.Process, seconds: float) -> dict[str, Any]:
    arguments = (contender.environ, contender.function, contender.qualifier, EVENT)
    asks = [(by_client, by_connection)[number % 2](*arguments) for number in range(CALLERS)]
    deployments: list[float] = []
    began = time.monotonic()
    sizes = Sizes()
    probe = [lambda: session.emulator.generation]
    with calling(asks, PAUSE_SECONDS) as calls, calling(probe, PROBE_INTERVAL_SECONDS) as probes:
        for number in count():
            time.sleep(SETTLE_SECONDS)
            _change(contender, number)
            deployments.append(contender.ship())
            stack.delete_old_runs(session.layout)  # as each command of the sandbox does
            sizes.files = max(sizes.files, emulator.num_fds())
            passed = time.monotonic() - began
            if passed > WARM_UP_SECONDS and not sizes.memory:
                sizes.add(emulator, session.layout)
            if passed > seconds:
                break
    sizes.add(emulator, session.layout)
    return {**_counted(calls, deployments, sizes), "longest stall": max(probes.seconds)}


def _change(contender: Contender, number: int) -> None:
    """Change code and settings in turn."""
    if number % 2:
        (contender.module / "module.yaml").write_text(f"memorySize: {256 + number % 64}\n")
    else:
        contender.edit(f"deployment-{number}")


def _counted(calls: Calls, deployments: list[float], sizes: Sizes) -> dict[str, Any]:
    seconds = calls.seconds
    return {
        "deployments": len(deployments),
        "calls": len(calls.made),
        "failed": len(calls.failures),
        "failures": calls.failures[:10],
        "median call": seconds[len(seconds) // 2],
        "longest call": seconds[-1],
        "longest silence": calls.longest_silence,
        "memory": sizes.memory,
        "state": sizes.state,
        "open files": sizes.files,
    }
