"""Measures how long it takes to read a context of many files, of which the ignore file keeps a few or all."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import checkout
from benchmarks.about import about
from benchmarks.settings import Settings
from components.image.content import BuildSpec, Content
from sandbox.progress import Progress
from sandbox.session import opened

FOLDERS, FILES = 200, 100
"""How many folders there are, and how many files in each."""
IGNORE_FILES = {"two folders": "*\n!modules/m000\n!shared/m000\n", "all": ""}
"""What the ignore file keeps, and its text."""


def context(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Return `about`, and for each ignore file the number of files it keeps and the seconds of each run."""
    with checkout.checkout("context") as layout, opened(layout, progress) as session:
        root = layout.home / "context"
        with progress.step(f"{FOLDERS * FILES:,} files written"):
            write_files(root)
        kept = {}
        for keeps, patterns in IGNORE_FILES.items():
            dockerfile = root / "modules" / "m000" / "Dockerfile"
            dockerfile.write_text("FROM scratch\nCOPY . /\n")
            dockerfile.with_name("Dockerfile.dockerignore").write_text(patterns)
            spec = BuildSpec(context=".", dockerfile="modules/m000/Dockerfile", platform="linux/amd64")
            content = Content.read(spec, root)
            build = ("build", "--quiet", f"--file={dockerfile}", root)
            with progress.step(f"{len(content.context):,} files read and sent"):
                kept[keeps] = {
                    "files": len(content.context),
                    "read": seconds(settings.runs, partial(Content.read, spec, root)),
                    "docker build": seconds(settings.runs, partial(session.docker.run, *build)),
                }
        return {"about": about(session, settings), "files": FOLDERS * FILES, "kept": kept}


def write_files(root: Path) -> None:
    """Write half of the files below `modules/`, and half below `shared/`."""
    for number in range(FOLDERS):
        folder = root / ("modules", "shared")[number % 2] / f"m{number // 2:03}"
        folder.mkdir(parents=True)
        for file in range(FILES):
            (folder / f"{file:03}.txt").write_text(f"{number} {file}\n" * 50)


def seconds(runs: int, action: Callable[[], object]) -> list[float]:
    """Measure an action after a first run that isn't counted."""
    found = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return found[1:]
