"""`doctor`: checks that the machine has what the sandbox needs."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Any

import typer
from rich.markup import escape

from components.printable import printable_lines
from sandbox.cli.results import AsJson, results
from sandbox.docker.engine import CONTAINERD_FAILS, CONTAINERD_REMEDY, DockerEngine, connect_docker, may_start_docker
from sandbox.docker.stand_ins import AWS_REGISTRY, registry_answers
from sandbox.emulator.process import Emulator
from sandbox.engine.binary import can_download_engine, find_engine
from sandbox.engine.download import DOWNLOAD_HOST
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import engine_build
from sandbox.progress import console_on

MIN_FREE_DISK_GIB = 10
"""The most that building the engine, the base images and the modules' images takes."""


def doctor(as_json: AsJson = False) -> None:
    """Check each thing the sandbox needs; exit code 1 if one is missing."""
    with results(as_json) as print_result:
        console = console_on(sys.stdout)
        report: dict[str, dict[str, Any]] = {}
        for name, check in _checks(Layout.of()):
            try:
                report[name] = {"ok": True, "found": check()}
                console.print(f"[green]ok[/green]       {name}: {escape(printable_lines(report[name]['found']))}")
            except SandboxError as lack:
                report[name] = {"ok": False, "missing": lack.what, "remedy": lack.remedy}
                console.print(f"[red]missing[/red]  {name}: {escape(str(lack))}")
        print_result(report)
    raise typer.Exit(0 if all(checked["ok"] for checked in report.values()) else 1)


def _checks(layout: Layout) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "Python", platform.python_version
    yield "Docker", _docker
    yield "Pulumi", lambda: _engine(layout)
    yield "base images", _base_images
    yield "disk", lambda: _disk(layout)
    yield "emulator", lambda: _emulator(Emulator(layout))


def _docker() -> str:
    docker = _connected()
    if docker is None:
        return "`make up` will start an engine, and install it first if it isn't there"
    docker.check_store(os.environ)
    found = f"engine {docker.version} at {docker.host}, client {docker.client}"
    if docker.containerd_store:
        found += "; the sandbox builds there, but if you run `pulumi up` for a stack in the cloud, "
        found += f"{CONTAINERD_FAILS}: {CONTAINERD_REMEDY}"
    if missing := docker.limits.missing():
        found += f"; it can't limit the {missing} of functions, which get more than on Lambda"
    return found


def _connected() -> DockerEngine | None:
    """Return the running Docker engine, or None if `up` would start one. Raises SandboxError otherwise."""
    try:
        return connect_docker()
    except SandboxError:
        if may_start_docker():
            return None
        raise


def _engine(layout: Layout) -> str:
    found = find_engine(layout)
    if found is not None:
        return f"{found.version}, {layout.display_path(found.path)}"
    if can_download_engine():
        return f"`make up` will download it from {DOWNLOAD_HOST}"
    return f"`make up` will build it from source with {engine_build.go()}, which takes about three minutes"


def _base_images() -> str:
    if registry_answers(AWS_REGISTRY):
        return f"`make up` will pull them: {AWS_REGISTRY} answers"
    return f"`make up` will make stand-ins, because {AWS_REGISTRY} doesn't answer: docs/offline.md"


def _disk(layout: Layout) -> str:
    existing = next(folder for folder in (layout.home, *layout.home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free / 2**30
    if free < MIN_FREE_DISK_GIB:
        remedy = f"make room: the sandbox may need {MIN_FREE_DISK_GIB} GiB"
        raise SandboxError(f"{free:.0f} GiB free at {existing}", remedy)
    return f"{free:.0f} GiB free at {existing}"


def _emulator(emulator: Emulator) -> str:
    return f"runs at {emulator.endpoint}" if emulator.is_running() else "`make up` will start it"
