"""Describes how results were measured: on which machine, when, with which versions, how often."""

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import psutil

from benchmarks.settings import Settings
from sandbox.process import run
from sandbox.session import Session

KIND = "Emulator with local plugins, not AWS"
PACKAGES = ("pulumi", "pulumi-aws", "pulumi-docker", "ministack")


def about(session: Session, settings: Settings) -> dict[str, Any]:
    """Return the description that is written into a part's results."""
    engine = run(["pulumi", "version"], env=session.environ).stdout.strip()
    return {
        "kind": KIND,
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "runs": settings.runs,
        "machine": {
            "cores": os.cpu_count(),
            "memory GiB": round(psutil.virtual_memory().total / 2**30),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        },
        "versions": {
            "pulumi engine": engine.removeprefix("v"),
            "docker engine": session.docker.version,
            "python": platform.python_version(),
            **{package: metadata.version(package) for package in PACKAGES},
        },
    }
