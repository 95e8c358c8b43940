import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from components.errors import ComponentError
from delivery.build import build_command, spec_of

PROJECT = Path(__file__).parents[2]
HOSTILE = r"#5 0.1 \033[2Jred\n::error::forged\n"


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Pulumi.yaml").write_text("name: shop\n")
    Path("Pulumi.dev.yaml").write_text(
        "config:\n  shop:buildArgs:\n    BASE: base\n  shop:modules:\n    paused:\n      enabled: false\n"
        "  shop:secrets:\n    orders:\n      KEY:\n        secure: v1:x:y\n"
    )
    for name in ("orders", "paused", "user"):
        Path("modules", name, "events").mkdir(parents=True)
        Path("modules", name, "events", "smoke.json").write_text("{}")
        Path("modules", name, "Dockerfile").write_text("FROM scratch\n")
        Path("modules", name, ".dockerignore").write_text("module.yaml\n")
    Path("modules/orders/module.yaml").write_text(
        "target: app\narchitecture: arm64\nbuildArgs: {OWN: '1'}\nsecrets: {KEY: {}}\n"
    )
    Path("modules/user/module.yaml").write_text("image: {module: orders}\n")


def built(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """By a `docker` that prints what a hostile build can, and its last argument."""
    Path("bin").mkdir()
    docker = Path("bin", "docker")
    docker.write_text(f'#!/bin/sh\nprintf "%b" "{HOSTILE}" >&2\nfor last; do :; done\necho "$last"\nexit 3\n')
    docker.chmod(0o755)
    return subprocess.run(
        [sys.executable, "-m", "delivery.build", *arguments],
        env={**os.environ, "PATH": f"{Path.cwd()}/bin:/usr/bin:/bin", "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
    )


def test_an_image_is_built_with_the_settings_of_module_and_stack() -> None:
    assert build_command(spec_of("orders", "dev")) == [
        *("docker", "build", "--progress=plain"),
        *("--file=modules/orders/Dockerfile", "--platform=linux/arm64", "--target=app"),
        *("--build-arg=BASE=base", "--build-arg=OWN=1", "modules/orders"),
    ]


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("user", "user runs the image of orders, so build that"),
        ("paused", "there is no module 'paused' enabled in dev"),
        ("-h", "there is no module '-h' enabled in dev"),
        ("--help", "there is no module '--help' enabled in dev"),
        ("../orders", "there is no module '../orders' enabled in dev"),
        ("a\n::error::x", r"there is no module 'a\n::error::x' enabled in dev"),
    ],
)
def test_a_build_of_nothing_fails(module: str, why: str) -> None:
    done = built("--stack", "dev", "--", module)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"error: nothing to build: {why}\n")


def test_a_modules_name_is_not_taken_for_an_option() -> None:
    done = built("-h", "--stack", "dev")
    assert done.returncode == 2
    assert "the following arguments are required: module" in done.stderr


@pytest.mark.parametrize("name", ["-h", "Upper", "a\nb=1", "a b"])
def test_a_name_that_an_update_refuses_is_refused_here_too(name: str) -> None:
    shutil.copytree("modules/orders", Path("modules", name))
    with pytest.raises(ComponentError, match="can't be the name of a module"):
        spec_of("orders", "dev")


def test_a_builds_exit_code_is_the_commands_own_and_nothing_obeys_what_it_prints() -> None:
    done = built("orders", "--stack", "dev")
    assert done.returncode == 3
    assert done.stdout.splitlines() == [r"#5 0.1 \u001b[2Jred", r"\u003a:error::forged", "modules/orders"]


def test_mistakes_in_any_settings_are_reported() -> None:
    Path("modules/paused/module.yaml").write_text("timout: 5\n")
    with pytest.raises(ComponentError, match=r"modules/paused/module\.yaml:1: timout is not a setting"):
        spec_of("orders", "dev")
