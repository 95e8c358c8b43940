"""The local docker plugin against the facts recorded from the real one."""

import json
import re
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.components.context_edits import EDITS
from tests.provider.docker.conftest import Plugin
from tests.provider.engine import Values

RECORDING: Values = json.loads(
    (Path(__file__).parents[1] / "recordings" / "docker" / "image.json").read_text(encoding="utf-8")
)
IMAGE: str = RECORDING["type"]
CREATED: dict[str, Values] = {case["case"]: case for case in RECORDING["create"]}

DEVIATIONS = {
    "unknown property": "refused: a misspelt property is never ignored",
    "unknown property in build": "refused: a misspelt property is never ignored",
    "build a string": "refused by Check already, as every value of a wrong type",
}

ASK_THE_INTERNET = {"base image not there", "platform arm64 (base is amd64)"}


class World:
    """The words of the recording and those of this test run, and the three steps that a resource takes."""

    def __init__(self, plugin: Plugin, registry: str, base_image: str) -> None:
        self.plugin = plugin
        self._words = {
            "localhost:4566": registry,
            "127.0.0.1:4566": registry.replace("localhost", "127.0.0.1"),
            "lambda-base:local": base_image,
            "lambda-base-debian:bookworm": base_image.replace(":", ":other-"),
            "<0 x64>": "0" * 64,
            "<program directory>": str(plugin.project),
        }

    def here(self, recorded: Any) -> Any:
        text = json.dumps(recorded)
        for word, ours in self._words.items():
            text = text.replace(word, ours)
        return json.loads(text)

    def masked(self, value: Any) -> Any:
        text = re.sub("[0-9a-f]{64}", "<hex64>", json.dumps(value))
        for word, ours in self._words.items():
            text = text.replace(ours, word)
        return json.loads(text)

    def check(self, inputs: Values, olds: Values | None = None) -> Values:
        """Raises RefusedByCheck for failures as for an error."""
        checked, failures = self.plugin.engine.check(IMAGE, inputs, olds)
        if failures:
            raise RefusedByCheck("\n".join(failures))
        return checked

    def made(self, case: str) -> tuple[str, Values, Values]:
        """The id, inputs and state of a thing of the recording."""
        inputs = self.check(self.here(CREATED[case]["inputs"]))
        id, state = self.plugin.engine.create(IMAGE, inputs)
        return id, inputs, state


class RefusedByCheck(Exception):
    pass


@pytest.fixture
def world(plugin: Plugin, registry: str, base_image: str) -> World:
    return World(plugin, registry, base_image)


@pytest.mark.parametrize("case", [case for case in CREATED.values() if "check" in case], ids=lambda case: case["case"])
def test_check_and_preview_of_a_new_image_are_as_recorded(world: World, case: Values) -> None:
    inputs = world.check(world.here(case["inputs"]))
    assert world.masked(inputs) == case["check"]["inputs"]
    id, outputs = world.plugin.engine.create(IMAGE, inputs, preview=True)
    shown = world.masked(outputs)
    assert world.masked(id) == case["preview"]["id"]
    assert sorted(name for name in shown if "<unknown>" in json.dumps(shown[name])) == case["preview"]["unknown"]
    assert {name: shown[name] for name in shown.keys() - case["preview"]["unknown"]} == case["preview"]["known"]
    assert world.plugin.logs.lasting == [log for log in case["preview"]["logs"] if not log.startswith("progress")]
    absent = case["preview"].get("absentButPresentAfterCreate", [])
    assert shown.keys().isdisjoint(absent)


@pytest.mark.parametrize("case", [case for case in CREATED.values() if "create" in case], ids=lambda case: case["case"])
def test_a_new_image_is_as_recorded(world: World, case: Values) -> None:
    id, _, state = world.made(case["case"])
    assert world.masked({"id": id, "outputs": state}) == {name: case["create"][name] for name in ("id", "outputs")}
    last = case["create"]["logs"][-1].rpartition(" | ")[2]
    assert world.masked(world.plugin.logs.passing[-1]) == last


def test_without_a_build_the_dockerfile_is_looked_for_in_the_project_as_recorded(world: World) -> None:
    case = CREATED["build absent"]
    with pytest.raises(grpc.RpcError) as refused:
        world.check(world.here(case["inputs"]))
    assert (refused.value.code().name, refused.value.details()) == tuple(case["preview"]["error"].values())


def test_read_and_delete_touch_nothing_as_recorded(world: World, cloud: Any) -> None:
    id, inputs, state = world.made("first")
    read = (id, inputs, state)
    assert world.plugin.engine.read(IMAGE, id, inputs, state) == read
    world.plugin.engine.delete(IMAGE, id, inputs, state)
    world.plugin.engine.delete(IMAGE, id, inputs, state)
    (image,) = cloud("ecr").describe_images(repositoryName="cf-image", imageIds=[{"imageTag": "t1"}])["imageDetails"]
    assert state["repoDigest"].endswith(image["imageDigest"])
    cloud("ecr").batch_delete_image(repositoryName="cf-image", imageIds=[{"imageTag": "t1"}])
    assert world.plugin.engine.read(IMAGE, id, inputs, state) == read


def apply_change(world: World, case: Values, before: Values) -> Values:
    """The program's inputs after a recorded change; edits files where it is one of files."""
    if "file" in case["change"] or case["case"] == "buildOnPreview and a changed file":
        EDITS.get(case["case"], EDITS["source file changed"])(world.plugin.project / "fn")
    patch = {} if case["change"] == "files" else world.here(case["change"])
    return {name: value for name, value in {**before, **patch}.items() if value != "<removed>"}


@pytest.mark.parametrize("case", RECORDING["changes"], ids=lambda case: case["case"])
def test_a_change_is_planned_and_made_as_recorded(world: World, case: Values) -> None:
    engine = world.plugin.engine
    origin = "with registry" if case["case"].startswith("with registry") else "first"
    program = world.here(CREATED[origin]["inputs"])
    id, olds, state = world.made(origin) if "update" in case else ("t1", world.check(program), {})
    program = apply_change(world, case, program)
    if "error" in case:
        with pytest.raises(grpc.RpcError) as refused:
            world.check(program, olds)
        assert refused.value.details() == case["error"]["message"]
        return

    inputs = world.check(program, olds)
    same_digest = inputs["build"].get("contextDigest") == olds["build"]["contextDigest"]
    diff = engine.diff(IMAGE, id, state, olds, inputs)
    assert same_digest is not case["contextDigestChanged"]
    assert diff.verdict == case["diff"]["verdict"]
    assert {name: kind.upper() for name, kind in diff.detailed.items()} == case["diff"].get("detailedDiff", {})

    if planned := case.get("previewUpdate"):
        shown = world.masked(engine.update(IMAGE, id, state, olds, inputs, preview=True))
        assert {name: shown[name] for name in planned["changed"]} == planned["changed"]
        assert [name for name in shown if "<unknown>" in json.dumps(shown[name])] == planned["unknown"]
        assert shown.keys().isdisjoint(planned.get("absent", []))
    if made := case.get("update"):
        after = engine.update(IMAGE, id, state, olds, inputs)
        changed = {name: value for name, value in world.masked(after).items() if after[name] != state[name]}
        assert changed == made["changed"]
        assert (after["repoDigest"] != state["repoDigest"]) is made["newRepoDigest"]
        assert engine.diff(IMAGE, id, after, inputs, inputs).verdict == made["diffOfSameInputsAfterwards"]


def refusal(world: World, inputs: Values) -> tuple[str | None, str]:
    """Which RPC says no on the way of a first create, and what it says."""
    engine = world.plugin.engine
    try:
        checked, failures = engine.check(IMAGE, inputs)
        if failures:
            return "Check", "\n".join(failures)
    except grpc.RpcError as refused:
        return "Check", str(refused.details())
    for rpc, preview in (("Create(preview)", True), ("Create", False)):
        try:
            engine.create(IMAGE, checked, preview=preview)
        except grpc.RpcError as refused:
            return rpc, str(refused.details())
    return None, ""


INSTRUCTIONS = {
    "Dockerfile: unknown instruction": "NOPE x\n",
    "Dockerfile: RUN fails": "RUN echo one && echo two >&2 && exit 3\n",
    "Dockerfile: COPY of a missing file": "COPY nowhere.txt /x\n",
    "Dockerfile: COPY of a dockerignored file": "COPY notes.md /x\n",
    "buildOnPreview: RUN fails": "RUN exit 3\n",
}
"""Added to the Dockerfile."""
DOCKERFILES = {"Dockerfile: empty": "", "Dockerfile: no FROM": "RUN true\n"}
"""In place of the Dockerfile."""


def spoiled(world: World, case: Values) -> Values:
    """The inputs of a recorded refusal, with the context spoilt as recorded."""
    folder, inputs = world.plugin.project / "fn", world.here(CREATED["first"]["inputs"])
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text(DOCKERFILES.get(case["case"], dockerfile.read_text() + INSTRUCTIONS.get(case["case"], "")))
    if case["case"] == "no Dockerfile in the context":
        dockerfile.unlink()
    if case["case"] == "buildOnPreview: RUN fails":
        inputs["buildOnPreview"] = True
    if case["case"].startswith("push:") and "immutable tag" in case["case"]:
        inputs["imageName"] = world.here("localhost:4566/cf-immutable:once")
    if case["case"] == "push: other image to the immutable tag":
        assert refusal(world, inputs) == (None, "")
        EDITS["source file changed"](folder)
    given = {} if isinstance(case["inputs"], str) else world.here(case["inputs"])
    build = given.pop("build", {})
    inputs["build"] = {**inputs["build"], **build} if isinstance(build, dict) else build
    return {name: value for name, value in {**inputs, **given}.items() if value != "<removed>"}


def comparable(message: str, case: Values) -> str:
    """Without what differs by machine: line and port numbers, and how a name is looked up on the internet."""
    message = re.sub(r"line \d+", "line <n>", message.replace("127.0.0.1:1:", "127.0.0.1:<port>:"))
    return message.partition(": failed to solve")[0] if case["case"] in ASK_THE_INTERNET else message


@pytest.mark.parametrize(
    "case", [case for case in RECORDING["refusals"] if "inputs" in case], ids=lambda case: case["case"]
)
def test_what_is_refused_is_refused_at_the_recorded_moment(world: World, case: Values) -> None:
    refused_by, message = refusal(world, spoiled(world, case))
    if case["case"] in DEVIATIONS:
        assert (refused_by, message != "") == ("Check", True)
        return
    assert refused_by == case["refusedBy"]
    if not case.get("crashed"):
        assert comparable(case.get("message", ""), case) in comparable(world.masked(message), case)
