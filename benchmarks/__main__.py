"""`make bench`: measures, and writes results, tables and figures. Settings come from the environment."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from rich.markdown import Markdown

from benchmarks import report, tools
from benchmarks.breakdown import breakdown
from benchmarks.compare import compare
from benchmarks.context import context
from benchmarks.fresh import fresh
from benchmarks.load import load
from benchmarks.releases import releases
from benchmarks.scale import scale
from benchmarks.settings import Settings
from sandbox.cli.target import clear_cloud_settings
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.process import run
from sandbox.progress import Progress

MEASURE: dict[str, Callable[[Settings, Progress], dict[str, Any]]] = {
    "compare": compare,
    "breakdown": breakdown,
    "scale": scale,
    "fresh": fresh,
    "load": load,
    "releases": releases,
    "context": context,
}


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all changes to the machine are undone
    clear_cloud_settings()
    settings, progress, layout = Settings.of(os.environ), Progress(), Layout.of()
    for part in settings.parts:
        progress.console.rule(part)
        report.write(part, MEASURE[part](settings, progress))
    python = tools.installed("plot", layout, progress) / "python"
    run([python, "-m", "benchmarks.plot", report.RESULTS], cwd=layout.project)
    report.publish()
    progress.console.print(Markdown(report.tables()))


if __name__ == "__main__":
    try:
        main()
    except SandboxError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped; what was measured of the parts that were done is in benchmarks/results/")
