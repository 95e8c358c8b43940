"""How `pulumi up` grows with the number of modules: the first shipping, nothing changed, one of them changed."""

import time
from dataclasses import asdict, replace
from typing import Any

import psutil

from benchmarks import checkout
from benchmarks.about import about
from benchmarks.contender import SETTLE_SECONDS
from benchmarks.contenders.ours import pulumi_up
from benchmarks.memory import sampled, services_of
from benchmarks.settings import LARGEST_FIRST, Settings
from sandbox.docker import base_image
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import Session, opened

WITHOUT_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""Makes the engine write the state only in the end. A killed update would lose what it had created."""


def scale(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Gives `about`, and by number of modules the seconds of `first`, `unchanged` and `changed`, and the `memory`.

    There is no `first` beyond LARGEST_FIRST modules. The memory is that of an update in which nothing has changed.
    """
    sizes = {}
    for size in settings.sizes:
        with checkout.checkout(f"scale-{size}") as layout, opened(layout, progress) as session:
            base_image.ensure(session.docker, layout, progress)
            sizes[str(size)] = _measured(layout, session, size, settings.runs, progress)
            described = about(session, settings)
    return {"about": described, "sizes": sizes}


def _measured(layout: Layout, session: Session, size: int, runs: int, progress: Progress) -> dict[str, Any]:
    """The modules are copies of one; each has its own handler, and shares all layers below it with the others."""
    modules = [checkout.add_module(layout, f"m{number:03}") for number in range(size)]
    contenders = [pulumi_up(layout, session, module) for module in modules]
    for contender in contenders:
        contender.edit(f"first-of-{contender.function}")
    times: dict[str, list[float]] = {"first": [], "unchanged": [], "changed": []}
    with progress.step(f"{size} modules: first shipping") as step:
        if size <= LARGEST_FIRST:
            times["first"].append(contenders[0].ship())
            step.outcome = f"{times['first'][0]:.1f} s"
        else:
            replace(contenders[0], environ={**session.environ, **WITHOUT_CHECKPOINTS}).ship()
            step.outcome = "not measured"
    for number in range(runs):
        contender = contenders[number * 7 % size]
        with progress.step(f"{size} modules: run {number + 1} of {runs}") as step:
            time.sleep(SETTLE_SECONDS)
            times["unchanged"].append(contender.ship())
            contender.edit(f"run-{number}")
            time.sleep(SETTLE_SECONDS)
            times["changed"].append(contender.ship() + contender.wait_for(f"run-{number}"))
            step.outcome = ", ".join(f"{what} {times[what][-1]:.2f} s" for what in ("unchanged", "changed"))
    with progress.step(f"{size} modules: memory") as step:
        time.sleep(SETTLE_SECONDS)
        with sampled([*services_of(layout, session.docker), psutil.Process()]) as peaks:
            contenders[0].ship()
        step.outcome = f"{peaks.total:.0f} MiB"
    return {**times, "memory": asdict(peaks)}
