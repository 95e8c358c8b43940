import json
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.engine.locks import release_abandoned
from sandbox.layout import Layout

GONE = 2**22 + 1
"""No process has it: it is above the largest id that Linux gives."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def lock(layout: Layout, pid: int, host: str = "", age: timedelta = timedelta()) -> Path:
    """As Pulumi writes one, with the file of attributes beside it."""
    file = layout.backend / ".pulumi" / "locks" / "organization" / "project" / "stack" / f"{pid}.json"
    file.parent.mkdir(parents=True)
    taken = (datetime.now(UTC) - age).isoformat().replace("+00:00", "123Z")  # nanoseconds
    content = {"pid": pid, "username": "me", "hostname": host or socket.gethostname(), "timestamp": taken}
    file.write_text(json.dumps(content))
    file.with_name(f"{file.name}.attrs").write_text("{}")
    return file


def test_a_lock_whose_process_is_gone_is_released(layout: Layout) -> None:
    abandoned = lock(layout, GONE)
    assert release_abandoned(layout) == [abandoned]
    assert list(abandoned.parent.iterdir()) == []


def test_a_lock_of_a_run_at_work_stays(layout: Layout) -> None:
    held = lock(layout, os.getpid())
    assert release_abandoned(layout) == []
    assert held.exists()


def test_a_lock_of_another_host_stays(layout: Layout) -> None:
    lock(layout, GONE, host="elsewhere")
    assert release_abandoned(layout) == []


def test_a_process_that_was_given_the_id_later_does_not_hold_the_lock(layout: Layout) -> None:
    abandoned = lock(layout, os.getpid(), age=timedelta(days=365))
    assert release_abandoned(layout) == [abandoned]


def test_a_backend_that_is_not_there_has_no_locks(layout: Layout) -> None:
    assert release_abandoned(layout) == []
