"""Which images Dockerfiles take from a registry, and how they are pinned."""

import sys
from pathlib import Path

import pytest

from components.errors import ComponentError
from delivery import base_images
from delivery.base_images import check, dockerfiles, renewed, write

OLD, NEW = (f"sha256:{digit * 64}" for digit in "ab")
PROJECT = Path(__file__).parents[2]
AWS = "public.ecr.aws/lambda/python:3.13"


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def dockerfile(text: str) -> Path:
    file = Path("Dockerfile")
    file.write_text(text)
    return file


def found(text: str) -> list[str]:
    return [image.name for image in base_images.base_images(dockerfile(text))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("FROM a:1", ["a:1"]),
        ("from --platform=$BUILDPLATFORM a:1 as build\nFROM build\n", ["a:1"]),
        ("FROM scratch\nADD rootfs.tar /\n", []),
        ("FROM localhost:5000/team/a:1@sha256:1", ["localhost:5000/team/a:1@sha256:1"]),
        ("ARG BASE=a:1\nFROM ${BASE} AS one\nFROM one\n", ["a:1"]),
        ("ARG BASE='a:1'\nFROM $BASE", ["a:1"]),
        ("ARG TAG=1\nARG BASE=a:${TAG}\nFROM $BASE", ["a:1"]),
        ("ARG A=a TAG=1\nFROM $A:$TAG", ["a:1"]),
        ("FROM ${BASE:-a:1}", ["a:1"]),
        ("ARG BASE\nFROM ${BASE}", ["${BASE}"]),
        ("ARG BASE=aws\nFROM a:1 AS aws\nFROM ${BASE}\n", ["a:1"]),
        ("FROM a:1\nARG BASE=b:1\nFROM c:1", ["a:1", "c:1"]),
        ("FROM \\\n  # why\n  a:1 \\\n  AS one", ["a:1"]),
        ("# FROM a:1\nFROM b:1", ["b:1"]),
        ("FROM a:1 AS one\nFROM b:1\nCOPY --from=one /x /\nCOPY --from=0 /x /", ["a:1", "b:1"]),
        ("FROM a:1\nCOPY --chmod=644 --from=b:1 /x /", ["a:1", "b:1"]),
        ("FROM a:1\nRUN --mount=type=bind,from=b:1,target=/b --mount=from=c:1,target=/c true", ["a:1", "b:1", "c:1"]),
        ("FROM a:1\nRUN <<EOF\nfrom os import path\nEOF\nFROM b:1", ["a:1", "b:1"]),
        ("FROM a:1\nFROM a:1\n", ["a:1"]),
    ],
)
def test_every_image_from_a_registry_is_found_and_no_stage(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("name", "fine"),
    [
        (f"{AWS}@{OLD}", True),
        (AWS, False),
        (f"python@{OLD}", False),
        (f"{AWS}@sha256:abc", False),
        ("${BASE}", False),
        (f"localhost:5000/a@{OLD}", False),
    ],
)
def test_an_image_needs_a_tag_and_a_digest(name: str, fine: bool) -> None:
    file = dockerfile(f"FROM {name}\n")
    if fine:
        check([file])
    else:
        with pytest.raises(ComponentError) as refused:
            check([file])
        assert str(refused.value) == (
            f"Dockerfile: {name} isn't pinned to a digest, so a build could get another image on another day: "
            "run `python -m delivery.base_images`, which writes `image:tag@sha256:...`"
        )


def test_all_that_are_not_pinned_are_named_at_once() -> None:
    with pytest.raises(ComponentError, match=r"(?s)a:1 .*b:1 "):
        check([dockerfile("FROM a:1\nFROM b:1\n")])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"FROM {AWS}\n", f"FROM {AWS}@{NEW}\n"),
        ("FROM a:1@sha256:abc\n", f"FROM a:1@{NEW}\n"),
        (f"FROM {AWS}@{OLD} AS aws\n", f"FROM {AWS}@{NEW} AS aws\n"),
        (f"ARG BASE={AWS}\nFROM $BASE\n", f"ARG BASE={AWS}@{NEW}\nFROM $BASE\n"),
        (f"FROM x/a:1\nFROM a:1\nFROM a:1.2@{OLD}\n", f"FROM x/a:1@{NEW}\nFROM a:1@{NEW}\nFROM a:1.2@{NEW}\n"),
        (f"FROM a:1@{NEW}\n", f"FROM a:1@{NEW}\n"),
        (f"FROM a:1\nCOPY --from=a:1@{OLD} /x /\n", f"FROM a:1@{NEW}\nCOPY --from=a:1@{NEW} /x /\n"),
    ],
)
def test_the_digest_that_the_tag_names_now_is_written_in_its_place(before: str, after: str) -> None:
    file = dockerfile(before)
    for image, name in renewed([file], lambda tagged: NEW).items():
        write(image, name)
    assert file.read_text() == after


def test_a_registry_is_queried_once_for_a_tag_and_without_its_digest() -> None:
    queried = []

    def resolve(tagged: str) -> str:
        queried.append(tagged)
        return NEW

    renewed([dockerfile(f"FROM a:1@{OLD}\nCOPY --from=a:1 /x /\n")], resolve)
    assert queried == ["a:1"]


def test_an_image_without_a_tag_is_refused_with_what_to_write() -> None:
    with pytest.raises(ComponentError, match="Dockerfile: python has no tag: write one, such as"):
        renewed([dockerfile("FROM python\n")], lambda tagged: NEW)


def test_a_name_that_arguments_make_up_is_refused_when_it_would_have_to_be_replaced() -> None:
    ((image, name),) = renewed([dockerfile("ARG TAG=1\nFROM a:$TAG\n")], lambda tagged: NEW).items()
    with pytest.raises(ComponentError, match="arguments make up a:1: write it out"):
        write(image, name)


def test_all_dockerfiles_are_found_but_those_in_hidden_folders() -> None:
    for path in ("modules/a/Dockerfile", "docs/python.Dockerfile", ".venv/Dockerfile", "a/.git/Dockerfile"):
        Path(path).parent.mkdir(parents=True)
        Path(path).touch()
    assert dockerfiles() == [Path("docs/python.Dockerfile"), Path("modules/a/Dockerfile")]


def test_every_dockerfile_of_this_checkout_is_pinned_and_lint_sees_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    files = dockerfiles()
    assert {Path("modules/_templates/python/Dockerfile"), Path("examples/signer/Dockerfile")} < set(files)
    check(files)
    assert "-m delivery.base_images --check" in Path("Makefile").read_text()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["base_images", *arguments])
    monkeypatch.setattr(base_images, "ask_registry", lambda tagged: NEW)
    base_images.main()


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = dockerfile(f"FROM a:1\nFROM b:1@{OLD}\nFROM c:1@{NEW}\n")
    run(monkeypatch, "--dry-run")
    assert capsys.readouterr().out == (f"Dockerfile: a:1@{NEW}, not a:1\nDockerfile: b:1@{NEW}, no longer b:1@{OLD}\n")
    assert file.read_text().startswith("FROM a:1\n")


def test_after_the_command_there_is_nothing_to_write_and_nothing_to_refuse(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dockerfile("FROM a:1\n")
    run(monkeypatch)
    capsys.readouterr()
    run(monkeypatch)
    assert capsys.readouterr().out == "All images are what their tags name now.\n"
    run(monkeypatch, "--check")


def test_what_is_not_pinned_ends_the_check_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    dockerfile("FROM a:1\n")
    with pytest.raises(SystemExit, match="error: Dockerfile: a:1 isn't pinned"):
        run(monkeypatch, "--check")


def test_a_missing_file_is_reported_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match=r"error: .*No such file.*docker/Small"):
        run(monkeypatch, "--check", "docker/Small")
