"""Times whole commands in turn: with nothing changed, and with one file changed until the new code answers."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks import tools
from benchmarks.about import about
from benchmarks.checkout import checkout
from benchmarks.contender import SETTLE_SECONDS, Contender
from benchmarks.contenders import SAM, ours, sam, scripts
from benchmarks.settings import Settings
from sandbox.docker import base_image
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import Session, opened

Times = dict[str, list[float]]
"""Seconds of each run: `unchanged`, `changed` (until the new code answers), `changed command` (the command alone)."""


def compare(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Return `about`, the seconds by contender, and the contenders that were skipped with the reasons."""
    if settings.sam:
        os.environ["SANDBOX_SERVICES"] = sam.SERVICES
    with checkout("compare") as layout, opened(layout, progress) as session:
        base_image.ensure(session.docker, layout, progress)
        skipped: dict[str, str] = {}
        with _contenders(layout, session, settings, progress, skipped) as contenders:
            times = measured(contenders, settings.runs, progress)
        return {"about": about(session, settings), "contenders": times, "skipped": skipped}


@contextmanager
def _contenders(
    layout: Layout, session: Session, settings: Settings, progress: Progress, skipped: dict[str, str]
) -> Iterator[list[Contender]]:
    awscli = tools.installed("awscli", layout, progress)
    with ExitStack() as open_until_end:
        found = [*ours.contenders(layout, session), *scripts.contenders(layout, session, awscli)]
        try:
            if not settings.sam:
                raise SandboxError(sam.NEEDS, "BENCH_SAM=1 allows it")
            found.append(open_until_end.enter_context(sam.contender(layout, session, progress)))
        except SandboxError as reason:
            skipped[SAM] = f"{reason.what} ({reason.remedy})" if reason.remedy else reason.what
            progress.console.print(f"[yellow]skipped[/yellow] {SAM}: {skipped[SAM]}")
        yield found


def measured(contenders: Sequence[Contender], runs: int, progress: Progress) -> dict[str, Times]:
    """Run one round to warm up, then the measured rounds, each in a different order."""
    times: dict[str, Times] = {contender.name: defaultdict(list) for contender in contenders}
    for number in range(runs + 1):
        for contender in _rotated(contenders, number):
            with progress.step(f"{contender.name}: {f'run {number} of {runs}' if number else 'warm-up'}") as step:
                run = _one_run(contender, f"run-{number}-of-{contender.name}")
                step.outcome = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in run.items())
            for what, seconds in run.items():
                if number:
                    times[contender.name][what].append(seconds)
    return times


def _one_run(contender: Contender, revision: str) -> dict[str, float]:
    """Run the command with a changed file, then with nothing changed, and check the function's answer each time."""
    contender.edit(revision)
    time.sleep(SETTLE_SECONDS)
    command = contender.ship()
    answered = contender.wait_for(revision)
    time.sleep(SETTLE_SECONDS)
    unchanged = contender.ship()
    contender.wait_for(revision)
    return {"unchanged": unchanged, "changed": command + answered, "changed command": command}


def _rotated(contenders: Sequence[Contender], by: int) -> list[Contender]:
    start = by % len(contenders)
    return [*contenders[start:], *contenders[:start]]
