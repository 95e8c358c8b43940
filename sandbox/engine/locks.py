"""Releases the locks that killed runs left in Pulumi's file backend. They would block every later run."""

import json
import socket
from datetime import datetime
from pathlib import Path

import psutil

from sandbox.layout import Layout


def release_abandoned(layout: Layout) -> list[Path]:
    """Delete the locks of processes of this host that have ended, and return their files.

    `pulumi cancel` would delete any lock, even that of a run in progress.
    """
    held = (layout.backend / ".pulumi" / "locks").rglob("*.json")
    abandoned = [lock for lock in held if _is_abandoned(json.loads(lock.read_text()))]
    for lock in abandoned:
        lock.with_name(f"{lock.name}.attrs").unlink(missing_ok=True)
        lock.unlink()
    return abandoned


def _is_abandoned(lock: dict[str, str]) -> bool:
    """Return whether the lock's process has ended. Another process may have its id, but started after the lock."""
    if lock["hostname"] != socket.gethostname():
        return False
    try:
        started = psutil.Process(int(lock["pid"])).create_time()
    except psutil.NoSuchProcess:
        return True
    return started > datetime.fromisoformat(lock["timestamp"]).timestamp()
