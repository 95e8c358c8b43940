"""Makes sure that only one command changes a sandbox at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from sandbox.errors import SandboxError
from sandbox.layout import Layout


@contextmanager
def exclusive(layout: Layout) -> Iterator[None]:
    """Hold the sandbox's lock. Raises SandboxError at once if another command holds it."""
    layout.make_home()
    holder = layout.home / ".lock-holder"
    try:
        with FileLock(layout.home / ".lock", timeout=0):
            holder.write_text(f"{os.getpid()}\n")
            yield
    except Timeout:
        what = f"another command is running in {layout.home}: {_describe_holder(holder)}"
        raise SandboxError(what, "wait until it has finished") from None


def _describe_holder(holder: Path) -> str:
    try:
        process = psutil.Process(int(holder.read_text()))
        since = datetime.fromtimestamp(process.create_time())
        return f"process {process.pid} of {process.username()} since {since:%H:%M:%S}, `{' '.join(process.cmdline())}`"
    except (OSError, ValueError, psutil.Error):
        return "it has just started or ended"
