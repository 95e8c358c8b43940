"""Which official images the sandbox has stand-ins for, and when it takes them."""

import re
from pathlib import Path

import pytest

from components.image.content import BuildSpec
from components.image.dockerfile import images
from delivery.base_images import dockerfiles
from sandbox.docker import stand_ins
from sandbox.docker.stand_ins import STAND_INS, BaseImages, Replacements, full_name
from sandbox.layout import PROJECT, Layout
from tests.sandbox.fake_docker import FakeDocker

NODE = "public.ecr.aws/lambda/nodejs:22@sha256:" + "a" * 64
TAG = STAND_INS[full_name(NODE)].tag
ABSENT = "echo 'Error: No such image'; exit 1"


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A checkout, on a host with a `mmdebstrap` that writes an empty archive."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "mmdebstrap").write_text('#!/bin/sh\nfor last; do :; done\ntouch "$last"\n')
    (programs / "mmdebstrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    (tmp_path / "certificates").write_text("the host's certificates")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificates"))
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def docker(tmp_path: Path, **answers: str) -> FakeDocker:
    built = f"for last; do :; done; cp -r $last {tmp_path / 'built-in'}"
    given = {"image inspect": ABSENT, "build": built, "image prune": ":", **answers}
    return FakeDocker.at(tmp_path / "docker", given)


def replaced(fake: FakeDocker, layout: Layout, *names: str, answers: bool = False) -> dict[str, str]:
    return Replacements(fake.engine(), layout, lambda host: answers).of(names, lambda text: None)


def test_an_image_whose_registry_does_not_answer_gets_its_stand_in(layout: Layout, tmp_path: Path) -> None:
    fake = docker(tmp_path)
    assert replaced(fake, layout, NODE) == {NODE: TAG}
    assert (tmp_path / "built-in" / "rootfs.tar").exists()
    assert "aws-lambda-ric" in (tmp_path / "built-in" / "package.json").read_text()


@pytest.mark.parametrize("name", ["public.ecr.aws/lambda/nodejs:20", "node:22-alpine", "golang:1.22", "team/own:1"])
def test_no_image_gets_the_stand_in_of_another(layout: Layout, tmp_path: Path, name: str) -> None:
    fake = docker(tmp_path)
    assert replaced(fake, layout, name) == {}
    assert fake.calls() == []


def test_an_image_that_docker_has_is_taken_as_it_is(layout: Layout, tmp_path: Path) -> None:
    fake = docker(tmp_path, **{"image inspect": "echo sha256:1"})
    assert replaced(fake, layout, NODE) == {}
    assert [call.split()[-1] for call in fake.calls()] == [NODE]


def test_an_image_whose_registry_answers_is_pulled(layout: Layout, tmp_path: Path) -> None:
    fake = docker(tmp_path, pull=":")
    assert replaced(fake, layout, NODE, answers=True) == {}
    assert fake.calls()[-1] == f"pull --quiet {NODE}"


def test_a_pull_that_fails_is_followed_by_the_stand_in(layout: Layout, tmp_path: Path) -> None:
    assert replaced(docker(tmp_path, pull="exit 1"), layout, NODE, answers=True) == {NODE: TAG}


def test_a_decision_holds_for_the_whole_run(layout: Layout, tmp_path: Path) -> None:
    fake = docker(tmp_path)
    replacements = Replacements(fake.engine(), layout, lambda host: False)
    replacements.of([NODE], lambda text: None)
    before = fake.calls()
    assert replacements.of([NODE], lambda text: None) == {NODE: TAG}
    assert fake.calls() == before


def test_only_the_stand_ins_that_builds_need_are_made_before_an_update(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / "modules" / "orders").mkdir(parents=True)
    (tmp_path / "modules" / "orders" / "Dockerfile").write_text("FROM golang:1.26 AS test\nFROM python:3.13-slim\n")
    specs = [
        BuildSpec(context="modules/orders", platform="linux/amd64"),
        BuildSpec(context="modules/gone", platform=""),
    ]
    fake = docker(tmp_path)
    taken = BaseImages(layout, specs).prepare(fake.engine(), lambda text: None)
    assert taken == ["lambda-images/base:python3-slim"]
    assert [call.split()[2] for call in fake.calls() if call.startswith("build")] == ["lambda-images/base:python3-slim"]


def test_a_sandbox_takes_away_the_stand_ins_that_it_made(layout: Layout, tmp_path: Path) -> None:
    fake = docker(tmp_path, **{"image rm": ":"})
    replaced(fake, layout, NODE)
    stand_ins.remove(fake.engine(), layout)
    stand_ins.remove(fake.engine(), layout)
    assert [call for call in fake.calls() if call.startswith("image rm")] == [f"image rm --force {TAG}"]


@pytest.mark.parametrize(
    ("variable", "name", "file"),
    [
        ("NPM_CONFIG_REGISTRY", NODE, "npmrc"),
        ("GOPROXY", "golang:1.26", "go.env"),
        ("PIP_INDEX_URL", "python:3.13-slim", "pip.conf"),
    ],
)
def test_builds_reach_the_hosts_package_index_unless_its_address_has_a_password(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, name: str, file: str
) -> None:
    for address in ("https://user:secret@index.example/", "https://index.example/"):
        monkeypatch.setenv(variable, address)
        replaced(docker(tmp_path), layout, name)
        settings = (tmp_path / "built-in" / file).read_text()
        assert (address in settings) is ("secret" not in address)
        assert "secret" not in settings
        (tmp_path / "built-in").rename(tmp_path / str(len(address)))


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("python:3.13-slim", "docker.io/library/python:3.13-slim"),
        ("docker.io/library/python:3.13-slim@sha256:1", "docker.io/library/python:3.13-slim"),
        ("public.ecr.aws/docker/library/python:3.13-slim", "docker.io/library/python:3.13-slim"),
        ("team/python:3.13-slim", "docker.io/team/python:3.13-slim"),
        ("localhost:5000/python", "localhost:5000/python:latest"),
        (NODE, "public.ecr.aws/lambda/nodejs:22"),
    ],
)
def test_an_image_has_one_full_name_however_it_is_written(image: str, name: str) -> None:
    assert full_name(image) == name


def test_every_template_but_web_can_be_built_without_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    without = {
        file.parent.name
        for file in dockerfiles()
        if file.is_relative_to("modules")
        and any(full_name(image) not in STAND_INS for image in images(file.read_text()))
    }
    assert without == {"web"}


def test_the_stand_ins_have_the_versions_of_what_they_replace() -> None:
    for name, stand_in in STAND_INS.items():
        wanted = re.search(r"\d+(\.\d+)?", name.rpartition(":")[2])
        assert wanted is not None
        if (requirements := stand_in.source / "requirements.in").exists() and "python" not in name:
            assert f"=={wanted[0]}." in requirements.read_text()
