"""Measures updates on a machine whose Docker has no layers of earlier builds, such as a new runner of a pipeline."""

import time
from pathlib import Path
from typing import Any

from benchmarks import checkout
from benchmarks.about import about
from benchmarks.contender import SETTLE_SECONDS, Contender
from benchmarks.contenders.ours import pulumi_up
from benchmarks.settings import Settings
from sandbox.docker import base_image
from sandbox.docker.engine import DEFAULT_HOST
from sandbox.docker.local_images import prune_local_tags
from sandbox.layout import Layout
from sandbox.offline.docker_daemon import Daemon
from sandbox.process import run
from sandbox.progress import Progress
from sandbox.session import Session, opened

MODULE = Path("modules", "ai-model")
"""It installs packages, and trains a model in a stage of its own."""
SKIPPED = (
    "All of Docker's build cache would be deleted, and Docker was not started by the sandbox (BENCH_EMPTY_DOCKER=1 "
    "allows it)"
)
WITH, WITHOUT = "layers of the last image", "no layers"
"""What a build has."""


def fresh(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Return `about`, and by what builds have the seconds of updates after a change of the handler.

    If the sandbox has not started Docker, all of whose build cache would be deleted, return why nothing was measured.
    """
    own = Layout.of()
    with checkout.checkout("fresh") as layout, opened(layout, progress) as session:
        is_ours = session.docker.host == DEFAULT_HOST and any(Daemon(each).is_running() for each in (own, layout))
        if not settings.empty_docker and not is_ours:
            progress.console.print(f"[yellow]skipped[/yellow] {SKIPPED}")
            return {"about": about(session, settings), "cases": {}, "skipped": SKIPPED}
        base_image.ensure(session.docker, layout, progress)
        module = checkout.add_module(layout, MODULE.name, own.project / MODULE)
        contender = pulumi_up(layout, session, module)
        times: dict[str, list[float]] = {WITH: [], WITHOUT: []}
        for number in range(1, settings.runs + 1):
            with progress.step(f"run {number} of {settings.runs}") as step:
                _updated(contender, cached=True)  # so that the last image offers its layers
                for case, seconds in times.items():
                    _empty(session)
                    seconds.append(_updated(contender, cached=case == WITH))
                step.outcome = ", ".join(f"{case} {seconds[-1]:.2f} s" for case, seconds in times.items())
        return {"about": about(session, settings), "cases": times, "skipped": ""}


def _updated(contender: Contender, *, cached: bool) -> float:
    """Change the handler, and return the seconds of the update. It fails if the new version doesn't answer."""
    setting = ["pulumi", "config", "set", "lambda-images:buildCache", str(cached).lower()]
    run(setting, env=contender.environ, cwd=contender.cwd, log=contender.log)
    with (contender.module / "handler.py").open("a") as handler:
        handler.write(f"\n# {time.time_ns()}\n")
    time.sleep(SETTLE_SECONDS)
    return contender.ship()


def _empty(session: Session) -> None:
    """Delete the functions' containers and images, and the build cache. The base image stays."""
    docker, emulator = session.docker, session.emulator
    if containers := emulator.containers(docker):
        docker.run("rm", "--force", *containers)
    prune_local_tags(docker, f"localhost:{emulator.port}/", keep=0)
    docker.run("builder", "prune", "--all", "--force")
