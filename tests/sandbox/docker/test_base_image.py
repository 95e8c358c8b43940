import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.docker import base_image, stand_ins
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.offline import debian_image
from sandbox.progress import Progress
from tests.sandbox.fake_docker import FakeDocker

NOT_THERE = {"image inspect": "echo 'Error: No such image'; exit 1"}
BUILT_IN = "built-in"
"""A folder where the fake `docker build` leaves the context it was given."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


@pytest.fixture(autouse=True)
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This host's folder of programs, with a `mmdebstrap` that writes an empty archive; its certificates beside it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "mmdebstrap").write_text('#!/bin/sh\nfor last; do :; done\ntouch "$last"\n')
    (programs / "mmdebstrap").chmod(0o755)
    (tmp_path / "certificates").write_text("the host's certificates")
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificates"))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    return programs


def docker(tmp_path: Path, **answers: str) -> FakeDocker:
    """A Docker that has no base image yet and builds whatever it is given."""
    built = tmp_path / BUILT_IN
    keep = f'for last; do :; done; [ "$last" = - ] && cat > {built}.stdin || cp -r "$last" {built}'
    return FakeDocker.at(tmp_path / "docker", {**NOT_THERE, "build": keep, "image prune": ":", **answers})


def ensure(fake: FakeDocker, layout: Layout, can_pull: bool) -> None:
    base_image.ensure(fake.engine(), layout, Progress(Console(quiet=True)), lambda: can_pull)


def inputs(fake: FakeDocker) -> str:
    """The label's value in the last build."""
    build = [call for call in fake.calls() if call.startswith("build")][-1].split()
    return build[build.index("--label") + 1].partition("=")[2]


def test_awss_image_is_taken_where_it_can_be_pulled(layout: Layout, tmp_path: Path) -> None:
    fake = docker(tmp_path)
    ensure(fake, layout, can_pull=True)
    assert (tmp_path / f"{BUILT_IN}.stdin").read_text().startswith(f"FROM {base_image.AWS_IMAGE}@sha256:")
    assert not (tmp_path / BUILT_IN).exists()


def test_an_image_of_debian_packages_is_made_where_it_can_not(layout: Layout, tmp_path: Path) -> None:
    fake = docker(tmp_path)
    ensure(fake, layout, can_pull=False)
    context = tmp_path / BUILT_IN
    assert (context / "rootfs.tar").exists()
    assert (context / "ca-certificates.crt").read_text() == "the host's certificates"
    assert (context / "Dockerfile").read_text() == (debian_image.SOURCE / "Dockerfile").read_text()
    assert not (tmp_path / f"{BUILT_IN}.stdin").exists()


def test_a_pull_that_fails_is_followed_by_an_image_of_debian_packages(layout: Layout, tmp_path: Path) -> None:
    keep = f'for last; do :; done; [ "$last" = - ] && exit 1; cp -r "$last" {tmp_path / BUILT_IN}'
    ensure(docker(tmp_path, build=keep), layout, can_pull=True)
    assert (tmp_path / BUILT_IN / "rootfs.tar").exists()


@pytest.mark.parametrize("can_pull", [True, False])
def test_an_image_that_is_there_is_taken_as_it_is(layout: Layout, tmp_path: Path, can_pull: bool) -> None:
    first = docker(tmp_path)
    ensure(first, layout, can_pull)
    again = FakeDocker.at(tmp_path / "again", {"image inspect": f"echo {inputs(first)}"})
    ensure(again, layout, can_pull=True)
    assert len(again.calls()) == 1


def test_changed_inputs_make_a_new_image(layout: Layout, tmp_path: Path) -> None:
    first = docker(tmp_path)
    ensure(first, layout, can_pull=False)
    (tmp_path / "certificates").write_text("other certificates")
    (tmp_path / BUILT_IN).rename(tmp_path / "first")
    again = docker(tmp_path, **{"image inspect": f"echo {inputs(first)}"})
    ensure(again, layout, can_pull=False)
    assert (tmp_path / BUILT_IN / "rootfs.tar").exists()


def test_nothing_of_the_build_stays_in_the_sandboxs_folder(layout: Layout, tmp_path: Path) -> None:
    ensure(docker(tmp_path), layout, can_pull=False)
    assert not [path for path in layout.home.iterdir() if path.is_dir() and path != layout.logs]


@pytest.mark.parametrize(
    ("index", "is_used"),
    [("https://index.example/simple", True), ("https://user:secret@index.example/simple", False)],
)
def test_the_hosts_package_index_is_used_unless_a_password_is_in_its_address(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str, is_used: bool
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index)
    ensure(docker(tmp_path), layout, can_pull=False)
    settings = (tmp_path / BUILT_IN / "pip.conf").read_text()
    assert (f"index-url = {index}\n" in settings) is is_used
    assert "secret" not in settings


def test_a_missing_certificate_bundle_is_named(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/bundle.crt")
    with pytest.raises(SandboxError, match=r"/nowhere/bundle\.crt"):
        ensure(docker(tmp_path), layout, can_pull=False)


@pytest.fixture
def registry() -> Iterator[http.server.HTTPServer]:
    """Answers with the status that the path names; never, for /hang."""
    done = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/hang/v2/":
                done.wait(10)
            else:
                self.send_response(int(self.path.split("/")[1]))
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield server
        done.set()
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "is_one"), [("/200", True), ("/401", True), ("/403", False), ("/502", False), ("/hang", False)]
)
def test_only_a_registrys_own_greeting_counts_as_an_answer(
    registry: http.server.HTTPServer, path: str, is_one: bool
) -> None:
    host = f"127.0.0.1:{registry.server_port}{path}"
    assert stand_ins.registry_answers(host, timeout=0.5, scheme="http") is is_one


def test_a_registry_behind_a_closed_port_does_not_answer() -> None:
    assert not stand_ins.registry_answers("127.0.0.1:1", timeout=0.5)


@pytest.mark.parametrize("present", [False, True])
def test_a_sandbox_takes_away_the_base_image_only_if_it_brought_it(
    layout: Layout, tmp_path: Path, present: bool
) -> None:
    fake = docker(tmp_path, **{"image rm": ":"})
    if not present:
        ensure(fake, layout, can_pull=True)
    stand_ins.remove(fake.engine(), layout)
    stand_ins.remove(fake.engine(), layout)
    removed = [call for call in fake.calls() if call.startswith("image rm")]
    assert removed == ([] if present else [f"image rm --force {base_image.TAG}"])
