"""The language host that waits for an update."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.engine.waiting_host import WaitingHost
from sandbox.layout import PROJECT, Layout


@pytest.fixture
def host(tmp_path: Path) -> Iterator[WaitingHost]:
    (tmp_path / "__main__.py").write_text("from printing import *\n")
    (tmp_path / "printing.py").write_text('print("not the port")\n')
    (tmp_path / "sandbox").symlink_to(PROJECT / "sandbox")
    layout = Layout(project=tmp_path, home=tmp_path, tools=tmp_path)
    host = WaitingHost(layout)
    yield host
    host.stop()


def test_it_serves_one_update(host: WaitingHost) -> None:
    host.start()
    with host.serving({"EXCLUDED_MODULES": "a"}) as variables:
        assert re.fullmatch(r"python:\d+", variables["PULUMI_DEBUG_LANGUAGES"])
    assert (host.layout.logs / "language-host.log").read_text() == "not the port\n"
    with host.serving({}) as variables:
        assert variables == {}


def test_it_is_not_used_once_the_program_has_changed(host: WaitingHost) -> None:
    host.start()
    program = host.layout.project / "components" / "new.py"
    program.parent.mkdir()
    program.write_text("")
    with host.serving({}) as variables:
        assert variables == {}


def test_without_one_that_runs_the_engine_starts_its_own(host: WaitingHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    host.start()
    with host.serving({}) as variables:
        assert variables == {}


def test_none_waits_beside_official_plugins(host: WaitingHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_PLUGINS", "official")
    host.start()
    assert not host.layout.logs.exists()
    with host.serving({}) as variables:
        assert variables == {}
