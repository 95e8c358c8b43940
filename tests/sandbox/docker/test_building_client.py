"""The sandbox's `docker`: its builds take stand-ins, and everything else is the client's own."""

import os
import subprocess
from pathlib import Path

import pytest

from sandbox.docker import building_client
from sandbox.docker.stand_ins import STAND_INS
from sandbox.layout import PROJECT, Layout
from sandbox.offline.debian_image import Context
from tests.sandbox.fake_docker import FakeDocker

PYTHON = "public.ecr.aws/lambda/python:3.13"
STAND_IN = STAND_INS[PYTHON]
ANSWERS = {
    "image inspect --format {{index": f"echo {Context.read(STAND_IN.source).hash}",
    "context inspect": "echo unix:///nowhere",
    "info": """echo '{"ServerVersion": "27.0"}'""",
    "build": ":",
    "image build": ":",
    "push": ":",
}


@pytest.fixture
def context(tmp_path: Path) -> Path:
    context = tmp_path / "a context"
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {PYTHON}\nCOPY . .\n")
    (context / "Dockerfile.dockerignore").write_text("*\n!app.py\n")
    return context


def run(tmp_path: Path, *arguments: str, inspected: str = "exit 1") -> tuple[subprocess.CompletedProcess[str], str]:
    """Run the sandbox's `docker`. Gives what happened, and the last call of the client that it runs."""
    fake = FakeDocker.at(tmp_path / "real", {"image inspect --format {{.Id}}": inspected, **ANSWERS})
    layout = Layout(project=PROJECT, home=tmp_path / "home", tools=tmp_path / "tools")
    building_client.place(fake.engine().client, layout)
    environ = {**os.environ, "PATH": f"{layout.bin}:{fake.engine().client.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["docker", *arguments], env=environ, capture_output=True, text=True)
    return done, fake.calls()[-1]


def test_what_is_no_build_is_the_clients_own(tmp_path: Path) -> None:
    done, call = run(tmp_path, "push", "name")
    assert (done.returncode, call) == (0, "push name")


def test_a_build_whose_image_docker_has_is_left_as_it_is(tmp_path: Path, context: Path) -> None:
    done, call = run(tmp_path, "build", "--tag=name", str(context), inspected="echo sha256:1")
    assert (done.returncode, call) == (0, f"build --tag=name {context}")


@pytest.mark.parametrize("command", [("build",), ("buildx", "build"), ("image", "build")])
def test_a_build_whose_image_has_a_stand_in_takes_that(tmp_path: Path, context: Path, command: tuple[str, ...]) -> None:
    done, call = run(tmp_path, *command, "--secret=id=token,env=TOKEN", str(context))
    assert (done.returncode, done.stderr) == (0, "")
    before, _, file = call.partition(" --file=")
    assert before == f"{' '.join(command)} --secret=id=token,env=TOKEN {context}"
    assert Path(file).read_text() == f"FROM {STAND_IN.tag}\nCOPY . .\n"
    assert Path(f"{file}.dockerignore").read_text() == "*\n!app.py\n"


def test_arguments_and_target_decide_which_images_are_needed(tmp_path: Path, context: Path) -> None:
    file = context / "other"
    file.write_text(f"ARG BASE=elsewhere\nFROM ${{BASE}} AS one\nFROM {PYTHON}\n")
    done, call = run(tmp_path, "build", "--target", "one", "-f", str(file), str(context))
    assert (done.returncode, call) == (0, f"build --target one -f {file} {context}")
    done, call = run(tmp_path, "build", "--target=one", f"--build-arg=BASE={PYTHON}", f"--file={file}", str(context))
    assert f"FROM {STAND_IN.tag} AS one" in Path(call.rpartition("--file=")[2]).read_text()


def test_the_sandboxs_own_command_is_never_run_by_itself(tmp_path: Path) -> None:
    layout = Layout(project=PROJECT, home=tmp_path, tools=tmp_path / "tools")
    building_client.place(Path("/usr/bin/docker"), layout)
    before = (layout.bin / "docker").read_text()
    building_client.place(layout.bin / "docker", layout)
    assert (layout.bin / "docker").read_text() == before
