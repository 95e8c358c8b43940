"""Measures where the time and the memory of `make up` go, with one file changed and with nothing changed."""

import statistics
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import psutil

from benchmarks import checkout
from benchmarks.about import about
from benchmarks.contender import SETTLE_SECONDS, Contender
from benchmarks.contenders import MAKE_UP, ours
from benchmarks.memory import sampled, services_of
from benchmarks.phases import ORDER, phases
from benchmarks.settings import Settings
from benchmarks.timeline import watched
from sandbox.docker import base_image
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import opened

CHANGED, UNCHANGED = "changed", "unchanged"


def breakdown(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Return `about`, and for each case the median seconds of each phase and the peaks of memory in MiB.

    Memory is measured in separate runs, because sampling it takes time.
    """
    with checkout.checkout("breakdown") as layout, opened(layout, progress) as session:
        base_image.ensure(session.docker, layout, progress)
        contender = next(each for each in ours.contenders(layout, session) if each.name == MAKE_UP)
        seconds: dict[str, list[dict[str, float]]] = {CHANGED: [], UNCHANGED: []}
        for number in range(settings.runs + 1):
            for case, runs in seconds.items():
                with progress.step(f"{case}: {f'run {number} of {settings.runs}' if number else 'warm-up'}"):
                    _prepare(contender, case, f"run-{number}")
                    found = _phases(contender, layout)
                if number:
                    runs.append(found)
        services = services_of(layout, session.docker)
        memory = {}
        for case in seconds:
            with progress.step(f"{case}: memory"), sampled(services) as peaks:
                _prepare(contender, case, "memory")
                contender.ship()
            memory[case] = asdict(peaks)
        return {
            "about": about(session, settings),
            "seconds": {case: medians(runs) for case, runs in seconds.items()},
            "memory": memory,
        }


def medians(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the medians by phase, in order. A phase that a run did not have counts as 0 seconds."""
    found = [phase for phase in ORDER if any(phase in run for run in runs)]
    return {phase: statistics.median(run.get(phase, 0.0) for run in runs) for phase in found}


def _prepare(contender: Contender, case: str, revision: str) -> None:
    if case == CHANGED:
        contender.edit(revision)
    time.sleep(SETTLE_SECONDS)


def _phases(contender: Contender, layout: Layout) -> dict[str, float]:
    """Run the command once, and watch its event log and its engine's process."""
    with watched(layout.logs / "up-events.jsonl") as timeline, contender.log.open("a") as log:
        started = time.perf_counter()
        command = subprocess.Popen(
            contender.command, cwd=contender.cwd, env=dict(contender.environ), stdout=log, stderr=log
        )
        engine = _engine_of(command)
        engine_started = engine.create_time() - psutil.Process(command.pid).create_time()
        _wait_for(engine)
        engine_ended = time.perf_counter() - started
        code = command.wait()
        ended = time.perf_counter() - started
    if code:
        raise SandboxError(f"`make up` failed with exit code {code}", f"its log: {contender.log}")
    return phases(timeline.events, engine_started, engine_ended, ended)


def _engine_of(command: "subprocess.Popen[bytes]") -> psutil.Process:
    """Wait for the `pulumi` process that the command starts, and return it."""
    while command.poll() is None:
        for child in psutil.Process(command.pid).children():
            with suppress(psutil.NoSuchProcess):
                if child.cmdline()[:2] == ["pulumi", "up"]:
                    return child
        time.sleep(0.02)
    raise SandboxError(f"`make up` ended with exit code {command.returncode} before it started the engine")


def _wait_for(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.002)
