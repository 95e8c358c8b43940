import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.files.checkout import read, refuse_outside

FILE = Path("module/file")


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside the checkout, which is the current one."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("foreign")
    (tmp_path / "checkout" / "module").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "checkout")
    return tmp_path / "outside"


def refusal(file: Path = FILE, largest: int = 10) -> str:
    with pytest.raises(ComponentError) as refused:
        read(file, largest)
    return str(refused.value)


def a_listening_socket(file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(file))


def test_a_file_of_the_checkout_is_read_also_by_links_within_it() -> None:
    Path("shared").mkdir()
    Path("shared", "file").write_text("own")
    Path("linked").symlink_to("shared")
    FILE.symlink_to("../linked/file")
    assert read(FILE, 3) == b"own"


@pytest.mark.parametrize(
    "target", ["../../outside/file", "/etc/hostname", "/proc/self/environ", "/dev/zero", "/dev/tty"]
)
def test_a_link_out_of_the_checkout_is_refused(target: str) -> None:
    FILE.symlink_to(target)
    assert refusal() == "the link 'module/file' leads out of the checkout: put what it leads to in its place"


def test_a_linked_folder_on_the_way_is_refused_too(outside: Path) -> None:
    Path("linked").symlink_to(outside)
    assert refusal(Path("linked/file")) == (
        "the path 'linked/file' leads out of the checkout: put what it leads to in its place"
    )
    assert refusal(Path("../outside/file")).startswith("the path '../outside/file' leads out of the checkout")


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, os.mkdir, lambda file: file.symlink_to(file.name), lambda file: file.symlink_to("nowhere")],
    ids=["pipe", "folder", "circle", "nowhere"],
)
def test_what_is_no_file_is_refused_without_waiting_for_it(make: Callable[[Path], None]) -> None:
    make(FILE)
    assert refusal() == "'module/file' is not a file: delete it, or put one in its place"


def test_a_socket_is_refused() -> None:
    a_listening_socket(FILE)
    assert refusal().startswith("can't read 'file': No such device or address")


def test_a_file_that_is_too_large_is_not_read() -> None:
    with FILE.open("w") as file:
        file.truncate(10**12)
    assert refusal() == "module/file has 1,000,000,000,000 bytes, and it may have 10: shorten it"


def test_a_file_that_grows_meanwhile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    FILE.write_text("x" * 11)
    before = os.stat_result((0o100644, 0, 0, 1, 0, 0, 1, 0, 0, 0))
    monkeypatch.setattr(os, "fstat", lambda _: before)
    assert refusal() == "module/file has 11 bytes, and it may have 10: shorten it"


@pytest.mark.parametrize("raced", [FILE, FILE.parent], ids=["file", "folder"])
def test_a_link_that_is_made_between_look_and_open_is_not_followed(
    outside: Path, monkeypatch: pytest.MonkeyPatch, raced: Path
) -> None:
    FILE.write_text("own")
    opened = os.open

    def raced_open(path: str | Path, *options: int, **where: int) -> int:
        if str(path) == raced.name and not raced.is_symlink():
            raced.rename("aside")
            raced.symlink_to(outside / "file" if raced == FILE else outside)
        return opened(path, *options, **where)

    monkeypatch.setattr(os, "open", raced_open)
    assert refusal() == "'module/file' is not a file: delete it, or put one in its place"


def test_nor_is_one_that_is_made_between_two_looks(outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FILE.write_text("own")

    def raced(path: Path, checkout: Path) -> None:
        refuse_outside(path, checkout)
        FILE.unlink()
        FILE.symlink_to(outside / "file")

    monkeypatch.setattr("components.files.checkout.refuse_outside", raced)
    assert refusal() == "'module/file' is not a file: delete it, or put one in its place"


def test_names_are_shown_without_doing_anything() -> None:
    name = Path("a\n::error::x\x1b[2J")
    name.mkdir()
    assert refusal(name) == r"'a\n::error::x\u001b[2J' is not a file: delete it, or put one in its place"


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounting takes root on Linux")
@pytest.mark.parametrize(("mounted", "named"), [("file", "module/file"), ("", "module")])
def test_what_is_mounted_into_the_checkout_is_refused(outside: Path, mounted: str, named: str) -> None:
    FILE.write_text("own")
    read_it = "from pathlib import Path; from components.files.checkout import read; read(Path('module/file'), 10)"
    script = 'mount --bind "$1" "$2" && exec "$3" -c "$4"'
    place = Path("module", mounted)
    command = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
        str(outside / mounted),
        str(place),
        sys.executable,
        read_it,
    ]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert f"'module/file' lies in '{Path.cwd() / named}', which is mounted into the checkout: copy" in done.stderr
