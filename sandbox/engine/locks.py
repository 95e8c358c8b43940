"""Pulumi's locks in its file backend: one of a run that was killed stays, and would refuse every later run."""

import json
import socket
from datetime import datetime
from pathlib import Path

import psutil

from sandbox.layout import Layout


def release_abandoned(layout: Layout) -> list[Path]:
    """Delete the locks whose process, on this very host, is gone; gives their files.

    `pulumi cancel` would delete any lock, that of a run that is at work as well.
    """
    held = (layout.backend / ".pulumi" / "locks").rglob("*.json")
    abandoned = [lock for lock in held if _is_abandoned(json.loads(lock.read_text()))]
    for lock in abandoned:
        lock.with_name(f"{lock.name}.attrs").unlink(missing_ok=True)
        lock.unlink()
    return abandoned


def _is_abandoned(lock: dict[str, str]) -> bool:
    """Its process is gone, or is one that was given the same id after the lock was taken."""
    if lock["hostname"] != socket.gethostname():
        return False
    try:
        started = psutil.Process(int(lock["pid"])).create_time()
    except psutil.NoSuchProcess:
        return True
    return started > datetime.fromisoformat(lock["timestamp"]).timestamp()
