"""Finds the Pulumi engine on PATH, or else downloads it, or else builds it from source.

It is installed once, in the sandbox's tools folder. Its version is cached, so later runs don't start it to query that.
"""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from sandbox.engine.download import DOWNLOAD_HOST, download_engine
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline.engine_build import build_engine, go
from sandbox.offline.launcher import place_language_host
from sandbox.progress import Step

MINIMUM = (3, 259, 0)


@dataclass(frozen=True)
class Engine:
    path: Path
    version: str


def find_engine(layout: Layout) -> Engine | None:
    """Return a suitable engine: from PATH, or else installed by an earlier run. Returns None if there is none."""
    on_path = shutil.which("pulumi")
    for path in [*([Path(on_path)] if on_path else []), layout.tools / "bin" / "pulumi"]:
        version = _version(path, layout) if path.exists() else ""
        if _is_suitable(version):
            return Engine(path, version)
    return None


def ensure_engine(layout: Layout, step: Step, meanwhile: Callable[[], object] = lambda: None) -> Engine:
    """Return the engine. If there is none, install or build it. If it has no language host, add one.

    `meanwhile` is called right before an engine is downloaded or built, and should return at once.
    """
    layout.tools.mkdir(parents=True, exist_ok=True)
    with FileLock(layout.tools / ".lock"):
        engine = find_engine(layout)
        if engine is None:
            how = _install(layout, step, meanwhile)
            engine = find_engine(layout)
            if engine is None:
                raise SandboxError(f"the {how} Pulumi engine in {layout.tools} does not run", "delete it and try again")
            step.outcome = f"{engine.version}, {how}"
        else:
            step.outcome = f"{engine.version}, {layout.display_path(engine.path)}"
        place_language_host(engine.path, layout)
    _keep_no_debug_log(layout.pulumi_home)
    return engine


def _keep_no_debug_log(home: Path) -> None:
    """Put a file in the place of the folder for the engine's own logs: the engine then goes on without one.

    It would write every debug message of a run into an encrypted file, which can be shared with Pulumi's support. With
    100 modules, this is more than half of what the engine computes in an update that changes nothing.
    """
    logs = home / "logs"
    if logs.is_dir():
        shutil.rmtree(logs)
    home.mkdir(parents=True, exist_ok=True)
    logs.touch()


def _install(layout: Layout, step: Step, meanwhile: Callable[[], object]) -> str:
    if not can_download_engine():
        step.note(f"{DOWNLOAD_HOST} does not answer: building from source")
        compiler = go()
        meanwhile()
        build_engine(layout, compiler, step)
        return "built from source"
    step.note(f"downloading from {DOWNLOAD_HOST}")
    meanwhile()
    download_engine(layout)
    return "downloaded"


def can_download_engine() -> bool:
    """Return whether the host of the downloads answers within three seconds."""
    try:
        socket.create_connection((DOWNLOAD_HOST, 443), timeout=3).close()
    except OSError:
        return False
    return True


def _version(path: Path, layout: Layout) -> str:
    """Return the version, such as `3.259.0`, or an empty text if the engine does not run.

    Running it takes 0.2 s, so the version is cached with the file's path, time and size.
    """
    known = layout.home / "engine.json"
    stamp = [str(path), path.stat().st_mtime_ns, path.stat().st_size]
    if known.exists():
        kept = json.loads(known.read_text())
        if kept["stamp"] == stamp:
            return str(kept["version"])
    # Without PULUMI_HOME it would write into ~/.pulumi, which it finds without HOME as well.
    environ = {"PULUMI_HOME": str(layout.pulumi_home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    printed = subprocess.run([path, "version"], capture_output=True, text=True, env=environ)
    version = printed.stdout.strip().removeprefix("v") if printed.returncode == 0 else ""
    if version:
        known.parent.mkdir(parents=True, exist_ok=True)
        known.write_text(json.dumps({"stamp": stamp, "version": version}))
    return version


def _is_suitable(version: str) -> bool:
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return numbers is not None and tuple(map(int, numbers.groups())) >= MINIMUM
