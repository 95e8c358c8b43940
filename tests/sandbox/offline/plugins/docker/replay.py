"""Replays all cases of the recording of `docker.Image`, and reports where the plugin's responses differ."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc

from tests.components.image.context_edits import write_context
from tests.sandbox.offline.plugins.conformance.masks import differences
from tests.sandbox.offline.plugins.conformance.recording import Recording, case_id
from tests.sandbox.offline.plugins.docker.deviations import RECORDING
from tests.sandbox.offline.plugins.docker.edits import change_files, patched, refused_inputs, spoil_files
from tests.sandbox.offline.plugins.docker.logs import Logs
from tests.sandbox.offline.plugins.docker.words import Words
from tests.sandbox.offline.plugins.engine import Engine, Values

_FILE = Path(__file__).parents[1] / "recordings" / "docker" / "image.json"
_ASK_THE_INTERNET = ("base image not there", "platform arm64 (base is amd64)")

Differences = Iterator[str]


def recording() -> Recording:
    return Recording(RECORDING, json.loads(_FILE.read_text(encoding="utf-8")))


class Replay:
    """`delete_tag` deletes the tag `t1` from the registry. `docker_version` is the version of the Docker engine."""

    def __init__(
        self,
        engine: Engine,
        logs: Logs,
        project: Path,
        *,
        registry: str,
        base_image: str,
        docker_version: str,
        delete_tag: Callable[[], None],
    ) -> None:
        self._engine, self._logs, self._project, self._base_image = engine, logs, project, base_image
        self._delete_tag = delete_tag
        self._engine_as_recorded = docker_version.startswith("20.10.")
        self._recording = recording()
        self._created: dict[str, Values] = {case["case"]: case for case in self._recording.content["create"]}
        self._words = Words(
            {
                "localhost:4566": registry,
                "127.0.0.1:4566": registry.replace("localhost", "127.0.0.1"),
                "lambda-base:local": base_image,
                "<0 x64>": "0" * 64,
                "<program directory>": str(project),
            }
        )

    def run(self) -> dict[str, list[str]]:
        """Returns, by case id, how the responses differ from the recorded ones."""
        sections = {
            "create": self._create,
            "read": self._read,
            "changes": self._change,
            "refusals": self._refusal,
            "delete": self._delete,
        }
        found: dict[str, list[str]] = {}
        for section, replay in sections.items():
            for case in self._recording.content[section]:
                self._reset_context()
                found[case_id(section, case)] = list(replay(case))
        return found

    def _reset_context(self) -> None:
        shutil.rmtree(self._project / "fn", ignore_errors=True)
        write_context(self._project / "fn", self._base_image)
        self._logs.clear()

    def _check(self, inputs: Values, olds: Values | None = None) -> Values:
        """Raises ValueError for failures, and RpcError for an error."""
        checked, failures = self._engine.check(self._recording.token, inputs, olds)
        if failures:
            raise ValueError("\n".join(failures))
        return checked

    def _make(self, case: str) -> tuple[str, Values, Values]:
        inputs = self._check(self._words.here(self._created[case]["inputs"]))
        id, state = self._engine.create(self._recording.token, inputs)
        return id, inputs, state

    def _create(self, case: Values) -> Differences:
        if "check" not in case:
            by, message = self._refused(self._words.here(case["inputs"]))
            yield from differences(("Check", case["preview"]["error"]["message"]), (by, message), "refusedBy")
            return
        inputs = self._check(self._words.here(case["inputs"]))
        yield from differences(case["check"]["inputs"], self._words.masked(inputs))
        id, outputs = self._engine.create(self._recording.token, inputs, preview=True)
        yield from differences(case["preview"]["id"], self._words.masked(id), "preview.id")
        yield from self._differs_in_preview(case["preview"], self._words.masked(outputs), "known")
        messages = [log for log in case["preview"]["logs"] if not log.startswith("progress")]
        yield from differences(messages, self._logs.lasting, "preview.logs")
        if "create" in case:
            id, outputs = self._engine.create(self._recording.token, inputs)
            yield from differences(case["create"]["id"], self._words.masked(id), "id")
            yield from differences(case["create"]["outputs"], self._words.masked(outputs))
            last = case["create"]["logs"][-1].rpartition(" | ")[2]
            yield from differences(last, self._words.masked(self._logs.passing[-1]), "logs")

    def _differs_in_preview(self, expected: Values, shown: Values, known: str) -> Differences:
        unknown = [name for name in shown if "<unknown>" in json.dumps(shown[name])]
        yield from differences(expected["unknown"], unknown, "preview.unknown")
        values = {name: shown[name] for name in expected[known].keys() & shown.keys()}
        yield from differences(expected[known], values)
        absent: list[str] = expected.get("absent") or expected.get("absentButPresentAfterCreate") or []
        yield from differences([], [name for name in absent if name in shown], "preview.absent")

    def _read(self, case: Values) -> Differences:
        made = self._make("first")
        yield from self._differs_when_read(case, *made)
        self._delete_tag()
        yield from self._differs_when_read(case["afterTheTagWasDeletedInTheRegistry"], *made)

    def _differs_when_read(self, case: Values, id: str, inputs: Values, state: Values) -> Differences:
        read = self._engine.read(self._recording.token, id, inputs, state)
        changed = {name: read[2].get(name) for name in {**state, **read[2]} if read[2].get(name) != state.get(name)}
        yield from differences(("<same>", {}), ("<same>" if read[0] == id else read[0], changed), "read")
        yield from differences(inputs, read[1])
        if "diffAfterRead" in case:
            diff = self._engine.diff(self._recording.token, id, read[2], read[1], inputs)
            yield from differences(case["diffAfterRead"]["verdict"], diff.verdict, "verdict")

    def _change(self, case: Values) -> Differences:
        origin = "with registry" if case["case"].startswith("with registry") else "first"
        program = self._words.here(self._created[origin]["inputs"])
        id, olds, state = self._make(origin) if "update" in case else ("", self._check(program), {})
        change_files(case, self._project / "fn")
        program = patched(program, self._words.here(case["change"]))
        if "error" in case:
            by, message = self._refused(program)
            yield from differences((case["error"]["rpc"], case["error"]["message"]), (by, message), "refusedBy")
            return
        inputs = self._check(program, olds)
        digests = {checked["build"]["contextDigest"] for checked in (olds, inputs)}
        yield from differences(case["contextDigestChanged"], len(digests) == 2, "contextDigestChanged")
        diff = self._engine.diff(self._recording.token, id, state, olds, inputs)
        kinds = {name: kind.upper() for name, kind in diff.detailed.items()}
        yield from differences(case["diff"], {"verdict": diff.verdict, **({"detailedDiff": kinds} if kinds else {})})
        if "previewUpdate" in case:
            shown = self._engine.update(self._recording.token, id, state, olds, inputs, preview=True)
            yield from self._differs_in_preview(case["previewUpdate"], self._words.masked(shown), "changed")
        if "update" in case:
            yield from self._differs_when_updated(case["update"], id, state, olds, inputs)

    def _differs_when_updated(self, case: Values, id: str, state: Values, olds: Values, inputs: Values) -> Differences:
        after = self._engine.update(self._recording.token, id, state, olds, inputs)
        changed = {name: value for name, value in self._words.masked(after).items() if after[name] != state[name]}
        yield from differences(case["changed"], changed)
        yield from differences(case["newRepoDigest"], after["repoDigest"] != state["repoDigest"], "newRepoDigest")
        again = self._engine.diff(self._recording.token, id, after, inputs, inputs)
        yield from differences(case["diffOfSameInputsAfterwards"], again.verdict, "diffOfSameInputsAfterwards")

    def _refusal(self, case: Values) -> Differences:
        if "inputs" not in case:  # test_provider.py replays these
            return
        inputs = self._words.here(refused_inputs(self._created["first"]["inputs"], case["inputs"]))
        if case["case"].startswith("push:") and "to the immutable tag" in case["case"]:
            self._refused(inputs)
        spoil_files(case, self._project / "fn")
        by, message = self._refused(inputs)
        yield from differences(case["refusedBy"], by, "refusedBy")
        expected, actual = (
            self._comparable(each, case) for each in (case.get("message", ""), self._words.masked(message))
        )
        if expected not in actual:
            yield f"message: recorded {expected!r}, now {actual!r}"

    def _refused(self, inputs: Values) -> tuple[str, str] | tuple[None, str]:
        """Returns the RPC that refuses during a first create, and its message."""
        rpc = "Check"
        try:
            checked = self._check(inputs)
            rpc = "Create(preview)"
            self._engine.create(self._recording.token, checked, preview=True)
            rpc = "Create"
            self._engine.create(self._recording.token, checked)
        except grpc.RpcError as error:
            return rpc, str(error.details())
        except ValueError as failures:
            return rpc, str(failures)
        return None, ""

    def _delete(self, case: Values) -> Differences:
        id, inputs, state = self._make("first")
        for answer in ("existing", "again"):
            self._engine.delete(self._recording.token, id, inputs, state)
            yield from differences(case[answer], "success", answer)
        self._delete_tag()  # fails if the tag is gone already

    def _comparable(self, message: str, case: Values) -> str:
        """Removes line and port numbers, and parts that depend on the network or on the version of the engine."""
        message = re.sub(r"line \d+", "line <n>", message.replace("127.0.0.1:1:", "127.0.0.1:<port>:"))
        words_differ = case["case"] in _ASK_THE_INTERNET or not self._engine_as_recorded
        return re.sub("(error reading build output).*", r"\1", message, flags=re.DOTALL) if words_differ else message
