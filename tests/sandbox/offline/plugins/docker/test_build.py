"""Messages of real builds that go beyond those of the official plugin."""

import json
import urllib.request
from typing import Any

import grpc
import pytest

from tests.sandbox.offline.plugins.docker.conftest import REPLACED, Client, Plugin

IMAGE = "docker:index/image:Image"


def create(plugin: Plugin, name: str, dockerfile: str, **build: Any) -> str:
    """Returns the digest."""
    (plugin.project / "fn" / "Dockerfile").write_text(dockerfile)
    given = {"imageName": name, "build": {"context": "fn", "platform": "linux/amd64", **build}}
    inputs, failures = plugin.engine.check(IMAGE, given)
    assert failures == []
    _, state = plugin.engine.create(IMAGE, inputs)
    digest: str = state["repoDigest"].rpartition("@")[2]
    return digest


def test_a_failing_step_shows_its_own_output_with_the_image(plugin: Plugin, registry: str, base_image: str) -> None:
    dockerfile = f"FROM {base_image}\nRUN echo fine\nRUN echo one; echo two >&2; exit 3\n"
    with pytest.raises(grpc.RpcError) as refused:
        create(plugin, f"{registry}/cf-image:fails", dockerfile)
    first, *output = str(refused.value.details()).splitlines()
    assert first.startswith(f"{registry}/cf-image:fails: error reading build output: ")
    log = plugin.builds / "thing.log"
    assert output[-1] == f"(its log: {log})"
    assert sorted(output[:-1]) == ["  | one", "  | two"]
    assert "load build definition" in log.read_text(), "the log also has progress that isn't shown"


def test_the_error_about_a_missing_base_image_says_what_to_do(plugin: Plugin, registry: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        create(plugin, f"{registry}/cf-image:fails", "FROM localhost:1/team/base:1\n")
    *_, remedy, _ = str(refused.value.details()).splitlines()
    name = "localhost:1/team/base:1"
    assert remedy == f"  -> correct the name of the base image {name}, or provide it: docker pull {name}"


def test_the_error_about_a_registry_that_does_not_answer_names_the_image_and_what_to_do(
    plugin: Plugin, registry: str
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        create(plugin, f"{registry}/cf-image:fails", "FROM registry.invalid/team/base:1\n")
    *_, remedy, _ = str(refused.value.details()).splitlines()
    assert remedy == (
        "  -> the registry of the base image registry.invalid/team/base:1 doesn't answer, and the sandbox has no "
        "stand-in for this image: connect this machine, bring the image here with `docker save` and `docker load`, "
        "or build on an image that has a stand-in (docs/runtimes.md)"
    )


def test_an_image_that_can_not_be_pulled_is_replaced_and_nothing_else_of_the_build_is(
    plugin: Plugin, registry: str, client: Client
) -> None:
    (plugin.project / "fn" / "secret").write_text("")
    (plugin.project / "fn" / "Dockerfile.dockerignore").write_text("secret\n")
    dockerfile = f"ARG BASE=base\nFROM {REPLACED} AS base\nFROM $BASE\nCOPY . /app\nRUN test ! -e /app/secret\n"
    name = f"{registry}/cf-image:replaced"
    assert create(plugin, name, dockerfile)
    assert (plugin.project / "fn" / "Dockerfile").read_text() == dockerfile
    assert any("stands in for localhost:1/team/base:3, which can't be pulled" in line for line in plugin.logs.passing)


def test_the_error_about_a_missing_dockerfile_frontend_says_what_to_do(plugin: Plugin, registry: str) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        create(plugin, f"{registry}/cf-image:fails", "# syntax=localhost:1/docker/dockerfile:1\nFROM scratch\n")
    *_, remedy, _ = str(refused.value.details()).splitlines()
    assert remedy == (
        "  -> the line `# syntax=` of the Dockerfile needs the image localhost:1/docker/dockerfile:1: delete the line "
        "if the Dockerfile doesn't depend on it, or provide the image: docker pull localhost:1/docker/dockerfile:1"
    )


@pytest.mark.parametrize(
    ("lines", "newer"),
    [
        ("RUN <<SET\nNOSUCH\nSET\nFORM x\n", True),
        ("COPY --nosuch=x . /fn\n", True),
        ("FORM x\n", False),
    ],
    ids=["a heredoc", "a flag", "a typing error"],
)
def test_the_error_about_a_dockerfile_with_syntax_newer_than_the_engine_says_what_to_do(
    plugin: Plugin, registry: str, base_image: str, lines: str, newer: bool
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        create(plugin, f"{registry}/cf-image:fails", f"FROM {base_image}\n{lines}")
    details = str(refused.value.details())
    assert "dockerfile parse error" in details
    assert ("  -> if the Dockerfile is right, it uses syntax that this Docker engine doesn't know" in details) == newer


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM localhost:1/team/base:1\n",
        'FROM --platform=linux/amd64 {}\nCOPY --chmod=755 . /fn\nRUN ["/fn/Dockerfile"]\n',
    ],
    ids=["no base image of that platform", "a command that the engine can't run"],
)
def test_the_error_about_another_architecture_says_what_to_do(
    plugin: Plugin, registry: str, base_image: str, dockerfile: str
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        create(plugin, f"{registry}/cf-image:foreign", dockerfile.format(base_image), platform="linux/arm64")
    *_, remedy, _ = str(refused.value.details()).splitlines()
    assert remedy.startswith("  -> the image is for linux/arm64, and this engine is linux/amd64: build it on")


def test_the_output_of_commands_is_shown_while_they_run(plugin: Plugin, registry: str, base_image: str) -> None:
    create(plugin, f"{registry}/cf-image:prints", f"FROM {base_image}\nRUN echo hello from {base_image}\n")
    assert f"hello from {base_image}" in plugin.logs.passing


def test_the_old_builder_builds_too(plugin: Plugin, registry: str, base_image: str) -> None:
    assert create(plugin, f"{registry}/cf-image:old", f"FROM {base_image}\n", builderVersion="BuilderV1")


def test_the_image_is_one_plain_manifest_which_lambda_takes(plugin: Plugin, registry: str, base_image: str) -> None:
    digest = create(plugin, f"{registry}/cf-image:plain", f"FROM {base_image}\n")
    with urllib.request.urlopen(f"http://{registry}/v2/cf-image/manifests/{digest}") as answer:
        manifest = json.load(answer)
    assert manifest["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    assert len(manifest["layers"]) == 1


def test_arguments_and_target_reach_the_build(plugin: Plugin, registry: str, base_image: str, client: Client) -> None:
    dockerfile = f"FROM {base_image} AS one\nARG A\nLABEL a=$A\nFROM one\nLABEL a=last\n"
    name = f"{registry}/cf-image:target"
    create(plugin, name, dockerfile, args={"A": "1"}, target="one")
    assert client("image", "inspect", "--format", "{{.Config.Labels.a}}", name) == "1"


def test_an_image_whose_layers_a_build_may_take_is_pulled_before(
    plugin: Plugin, registry: str, base_image: str, client: Client
) -> None:
    before, name = f"{registry}/cf-image:before", f"{registry}/cf-image:after"
    dockerfile, offered = f"FROM {base_image}\nRUN echo once\n", {"BUILDKIT_INLINE_CACHE": "1"}
    create(plugin, before, dockerfile, args=offered)
    client("image", "rm", before)
    assert create(plugin, name, f"{dockerfile}LABEL a=b\n", args=offered, cacheFrom={"images": [before]})
    assert f"Pulling cached image {before}" in plugin.logs.passing
    assert client("image", "ls", "--quiet", before)
    assert f"importing cache manifest from {before}" in (plugin.builds / "thing.log").read_text()


def test_a_build_goes_on_without_an_image_whose_layers_it_may_take(
    plugin: Plugin, registry: str, base_image: str
) -> None:
    missing = f"{registry}/cf-image:missing"
    name = f"{registry}/cf-image:without"
    assert create(plugin, name, f"FROM {base_image}\n", cacheFrom={"images": [missing]})
    (noted,) = (line for line in plugin.logs.lasting if "cacheFrom" in line)
    assert noted.startswith(f"info: cacheFrom image {missing} not available: error pulling cached image {missing}: ")
