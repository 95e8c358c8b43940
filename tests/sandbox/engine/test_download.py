"""The engine's download, from a server on this machine."""

import hashlib
import http.server
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sandbox.engine.download import SUMS, download_engine
from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.offline import engine_build

NAME = "pulumi-v3.259.0-linux-x64.tar.gz"
RELEASED = b"#!/bin/sh\necho v3.259.0\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".pulumi.version").write_text("3.259.0\n")
    return folder


@pytest.fixture
def layout(project: Path, tmp_path: Path) -> Layout:
    (tmp_path / "tools").mkdir()
    return Layout(project=project, home=tmp_path / "home", tools=tmp_path / "tools")


@pytest.fixture(autouse=True)
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The archive that the server gives to this machine, which is a Linux on x86_64."""
    folder = tmp_path / "released"
    folder.mkdir()
    (tmp_path / "pulumi").write_bytes(RELEASED)
    with tarfile.open(folder / NAME, "w:gz") as archive:
        archive.add(tmp_path / "pulumi", "pulumi/pulumi")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever).start()
    monkeypatch.setattr("sandbox.engine.download.RELEASES", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    yield folder / NAME
    server.shutdown()
    server.server_close()


def write_sum(project: Path, archive: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (project / SUMS).write_text(f"{'0' * 64}  pulumi-v3.259.0-linux-arm64.tar.gz\n{digest}  {NAME}\n")


def test_an_engine_with_the_known_sum_is_put_into_the_tools(layout: Layout, project: Path, released: Path) -> None:
    write_sum(project, released)
    download_engine(layout, project)
    assert (layout.tools / "bin" / "pulumi").read_bytes() == RELEASED
    assert [entry.name for entry in layout.tools.iterdir()] == ["bin"]


def test_an_engine_with_another_sum_is_refused_and_not_unpacked(layout: Layout, project: Path, released: Path) -> None:
    write_sum(project, released)
    released.write_bytes(released.read_bytes() + b"more")
    with pytest.raises(SandboxError, match=rf"{NAME} has the sum \w+, and \.pulumi\.sha256 says \w+") as refused:
        download_engine(layout, project)
    assert refused.value.remedy == "don't use it: find out who changed it"
    assert not (layout.tools / "bin").exists()


def test_a_machine_without_a_known_checksum_is_refused(layout: Layout, project: Path) -> None:
    (project / SUMS).write_text("")
    with pytest.raises(SandboxError, match=rf"\.pulumi\.sha256 has no line for {NAME}"):
        download_engine(layout, project)


def test_a_release_that_is_not_there_is_named(layout: Layout, project: Path, released: Path) -> None:
    released.unlink()
    with pytest.raises(SandboxError, match=rf"the download of {NAME} from get\.pulumi\.com failed: .*404"):
        download_engine(layout, project)


def test_the_sums_are_of_the_engine_that_is_pinned_for_each_kind_of_machine() -> None:
    version = engine_build._pinned_version()
    lines = [line.split("  ") for line in (PROJECT / SUMS).read_text().splitlines()]
    assert {name for _, name in lines} == {
        f"pulumi-v{version}-{system}-{machine}.tar.gz" for system in ("darwin", "linux") for machine in ("x64", "arm64")
    }
    assert all(len(digest) == 64 and int(digest, 16) for digest, _ in lines)
