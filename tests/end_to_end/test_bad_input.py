"""A user's mistakes: each has one message that says what to do, and changes nothing."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox import official_plugins
from tests.end_to_end.baseline import Baseline
from tests.end_to_end.checkout import Checkout
from tests.end_to_end.conftest import TINY

pytestmark = pytest.mark.sandbox

ADDER = {"sum": 6}


def refused(checkout: Checkout) -> str:
    """What `up` shows when it fails, after which the adder of before still answers."""
    shown = checkout.up().failed()
    assert "the versions that ran before are still served" in shown
    assert checkout.invoke("adder") == ADDER
    return shown


@contextmanager
def edited(file: Path, old: str, new: str) -> Iterator[None]:
    before = file.read_text()
    assert old in before
    file.write_text(before.replace(old, new))
    try:
        yield
    finally:
        file.write_text(before)


@contextmanager
def added(*modules: Path) -> Iterator[None]:
    for module in modules:
        shutil.copytree(TINY / "adder", module)
    try:
        yield
    finally:
        for module in modules:
            shutil.rmtree(module)


def test_all_that_is_wrong_with_any_module_is_told_at_once_before_anything_is_changed(tiny: Checkout) -> None:
    modules = tiny.root / "modules"
    names = ["Upper", "under_score", "1st", "no-dockerfile", "no-event", "links", "m" * 50]
    before = tiny.outputs()
    with added(*(modules / name for name in names)), edited(modules / "adder" / "app.py", '"sum"', '"total"'):
        (modules / "no-dockerfile" / "Dockerfile").unlink()
        (modules / "no-event" / "events" / "smoke.json").write_text('{"numbers": [1,}')
        (modules / "links" / "nowhere").symlink_to("lost")
        (modules / "links" / "out").symlink_to("/etc/hostname")
        os.mkfifo(modules / "links" / "pipe")
        shown = refused(tiny)
    for told in (
        "'Upper' can't be the name of a module",
        "'under_score' can't be the name of a module",
        "'1st' can't be the name of a module: use lower-case letters, digits and single hyphens",
        "there is no Dockerfile 'modules/no-dockerfile/Dockerfile': write it, name another as `dockerfile`, or rename",
        "modules/no-event/events/smoke.json is not a JSON document: Expecting value: line 1 column 16",
        "the link 'modules/links/nowhere' -> 'lost' is broken",
        "the link 'modules/links/out' -> '/etc/hostname' leads out of the context 'modules/links'",
        "'modules/links/pipe' is a socket, pipe or device: remove it, or name it in modules/links/.dockerignore",
        "mm' has 70 characters, and that of a function may have 64: shorten the name of 'mmm",
    ):
        assert told in shown
    assert tiny.outputs() == before


@pytest.fixture(scope="module")
def failing(tiny_baseline: Baseline) -> tuple[Checkout, str]:
    """One update in which each module but one fails in its own way, and what it shows."""
    checkout = tiny_baseline.restore()
    for module in ("lines", "lost", "never", "unlicensed"):
        checkout.add(module, TINY / "adder")
    (checkout.root / "modules" / "never" / "module.yaml").write_text("timeout: 2\n")
    for file, old, new in (
        ("adder/Dockerfile", "app.handler", "app.handle"),
        ("lines/Dockerfile", "COPY", "RUN echo no compiler >&2; exit 3\nCOPY"),
        ("lost/Dockerfile", "FROM ${BASE_IMAGE}", "FROM localhost:1/lost/base:7"),
        ("never/app.py", "    return", "    import time\n\n    time.sleep(60)\n    return"),
        ("unlicensed/Dockerfile", 'CMD ["app.handler"]', 'ENTRYPOINT ["sh", "-c", "echo no license; exit 7"]'),
    ):
        checkout.edit(f"modules/{file}", old, new)
    if not official_plugins.are_chosen():
        (checkout.add("arm", TINY / "adder") / "module.yaml").write_text("architecture: arm64\n")
    return checkout, refused(checkout)


def test_a_dockerfile_that_fails_shows_its_own_lines(failing: tuple[Checkout, str]) -> None:
    _, shown = failing
    assert "lines-image" in shown
    assert "exit code: 3" in shown
    assert "no compiler" in shown


@pytest.mark.local_plugins
def test_a_dockerfile_that_fails_leaves_all_of_its_lines_in_a_log(failing: tuple[Checkout, str]) -> None:
    checkout, shown = failing
    assert "  | no compiler" in shown
    log = checkout.home / "logs" / "builds" / "lines-image.log"
    assert f"(its log: {log})" in shown
    assert "no compiler" in log.read_text()


def test_a_base_image_that_can_not_be_had_is_named(failing: tuple[Checkout, str]) -> None:
    assert "localhost:1/lost/base:7" in failing[1]


@pytest.mark.local_plugins
def test_a_base_image_that_can_not_be_had_is_told_with_the_remedy(failing: tuple[Checkout, str]) -> None:
    assert "provide it: docker pull localhost:1/lost/base:7" in failing[1]


@pytest.mark.local_plugins
def test_an_architecture_that_the_engine_can_not_build_is_named(failing: tuple[Checkout, str]) -> None:
    assert "the image is for linux/arm64, and this engine is linux/amd64" in failing[1]


def test_an_image_that_can_not_answer_is_never_served(failing: tuple[Checkout, str]) -> None:
    for module, told in (
        ("adder", "Handler 'handle' missing on module 'app'"),
        ("unlicensed", "no license"),
        ("never", "Task timed out after 2.00 seconds"),
    ):
        assert f"{module}-smoke" in failing[1]
        assert told in failing[1]


def test_a_setting_that_there_is_not_is_named_with_the_nearest(tiny: Checkout) -> None:
    with edited(tiny.root / "Pulumi.local.yaml", "keepImages", "keepImage"):
        assert "lambda-images:keepImage is not a setting: did you mean keepImages?" in refused(tiny)


def test_a_setting_of_the_wrong_type_is_named(tiny: Checkout) -> None:
    with edited(tiny.root / "Pulumi.local.yaml", "keepImages: ", "keepImages: ten # "):
        assert "configuration key 'keepImages' must be of type 'integer'" in refused(tiny)


def test_a_folder_without_modules_deletes_nothing(tiny: Checkout) -> None:
    modules = tiny.root / "modules"
    modules.rename(tiny.root / "aside")
    modules.mkdir()
    shown = tiny.up().failed()
    modules.rmdir()
    (tiny.root / "aside").rename(modules)
    assert "there is no enabled module in 'modules', and an update would delete every function" in shown
    assert tiny.invoke("adder") == ADDER


def test_an_engine_that_is_not_there_is_told_with_where_it_was_chosen(
    tiny: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tiny.root}/nowhere.sock")
    shown = tiny.up().failed()
    assert f"no Docker engine answers at unix://{tiny.root}/nowhere.sock: Cannot connect" in shown
    assert "DOCKER_HOST or `docker context use` names it" in shown


def test_a_socket_that_the_user_may_not_open_is_told_with_the_remedy(tiny: Checkout, tmp_path: Path) -> None:
    forbidden = tmp_path / "docker.sock"
    as_a_user = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] if os.geteuid() == 0 else []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(forbidden))
        listener.listen()
        forbidden.chmod(0)
        done = subprocess.run(
            [*as_a_user, sys.executable, "-m", "sandbox", "up"],
            cwd=tiny.root,
            env={**tiny.environment, "DOCKER_HOST": f"unix://{forbidden}"},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert "permission denied" in done.stderr
    assert "-> let your user reach it: `sudo usermod -aG docker $USER`, then log in again" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_shell_without_a_home_will_do(tiny: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    tiny.up().ok()
    assert tiny.invoke("adder") == ADDER


def test_a_linked_folder_of_5000_files_with_links_in_it_is_a_module_like_any_other(tiny: Checkout) -> None:
    shared = Path(shutil.copytree(TINY / "adder", tiny.root / "shared"))
    for number in range(5000):
        file = shared / "data" / str(number % 50) / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(number))
    (shared / "newest").symlink_to("data/49")
    (shared / "app.py").write_text(
        "from pathlib import Path\n\nHERE = Path(__file__).parent\n\n\ndef handler(event, context):\n"
        '    files = len(list((HERE / "data").rglob("*.txt")))\n'
        '    return {"files": files, "newest": (HERE / "newest" / "49.txt").read_text()}\n'
    )
    dockerfile = shared / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("COPY app.py", "COPY ."))
    (tiny.root / "modules" / "many").symlink_to("../shared")

    tiny.up().ok()
    assert tiny.invoke("many") == {"files": 5000, "newest": "49"}
    (shared / "data" / "7" / "7.txt").write_text("changed")
    assert tiny.preview().endswith("many is built again, because of\n  ~ data/7/7.txt\n")
