"""Replays all cases of the recording of a resource type, and reports where the plugin's responses differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.sandbox.offline.plugins.conformance.facts import (
    Thing,
    attempted,
    changes,
    changes_differences,
    diff_differences,
    lasting,
    patched,
    preview_differences,
    preview_update_differences,
    without_newer,
)
from tests.sandbox.offline.plugins.conformance.masks import differences, filled
from tests.sandbox.offline.plugins.conformance.recording import Recording, Values, case_id
from tests.sandbox.offline.plugins.conformance.refusals import refusals
from tests.sandbox.offline.plugins.engine import Engine

Drift = Callable[[str], None]
"""Changes the resource with the given id outside the engine."""


@dataclass
class Replay:
    engine: Engine
    recording: Recording
    drifts: Mapping[str, Drift]
    """The changes by the name of the case, without `drift: `."""
    refusal_base: Values
    """Inputs that differ from the minimal ones in the refusals."""
    occupy: Callable[[str], None]
    """Adds content to the resource with the given id, so that AWS refuses to delete it."""
    before_refusals: Callable[[], None]
    found: dict[str, list[str]] = field(default_factory=dict)
    """How the responses differ from the recorded ones, by case id."""

    def run(self) -> dict[str, list[str]]:
        self.reads = self._reads()
        for case in self.recording.content["create"]:
            self._life(case)
        for delete in self.recording.content["delete"]:
            if "readAfterDelete" not in delete:
                self._delete_occupied(delete)
        self.before_refusals()
        return self.found | refusals(self.engine, self.recording, self.refusal_base)

    @property
    def token(self) -> str:
        return self.recording.token

    def _reads(self) -> dict[str, list[Values]]:
        """Returns the read cases by the create case that they follow."""
        reads: dict[str, list[Values]] = {}
        created = {case["case"] for case in self.recording.content["create"]}
        current = ""
        for case in self.recording.content["read"]:
            current = case["case"] if case["case"] in created else current
            reads.setdefault(current, []).append(case)
        return reads

    def _life(self, case: Values) -> None:
        """Replays a case of `create`, and all later cases of the same resource."""
        wrong = self.found.setdefault(case_id("create", case), [])
        thing = self._created(case, wrong)
        if thing is None:
            return
        reads = self.reads.get(case["case"], [])
        for read in reads:
            if read["case"] == case["case"]:
                self._read(read, thing)
        for change in self.recording.content["changes"]:
            if change["from"] == case["case"]:
                self._change(change, thing)
        for read in reads:
            if read["case"] != case["case"]:
                self._read(read, thing)
        for delete in self.recording.content["delete"]:
            if delete["case"] == case["case"]:
                self._delete(delete, thing)

    def _created(self, case: Values, wrong: list[str]) -> Thing | None:
        name = case.get("logicalName") or _logical_name(case) or case["case"]
        given = filled(case["inputs"])
        checked, failures = self.engine.check(self.token, given, name=name)
        if "check" in case:
            expected = case["inputs"] if case["check"]["inputs"] == "<as given>" else case["check"]["inputs"]
            wrong += differences({"inputs": expected, "failures": []}, {"inputs": checked, "failures": failures})
        if "preview" in case:
            _, preview = self.engine.create(self.token, checked, preview=True, name=name)
            wrong += preview_differences(case["preview"], preview)
        if "create" not in case:
            return None
        id, outputs = self.engine.create(self.token, checked, name=name)
        wrong += differences(case["create"]["id"], id, "id")
        wrong += differences(case["create"]["outputs"], without_newer(outputs))
        if "preview" in case:
            appeared = sorted(without_newer(outputs).keys() - preview.keys())
            wrong += differences(case["preview"]["absentButPresentAfterCreate"], appeared, "appeared")
        return Thing(name, given, checked, id, outputs)

    def _read(self, case: Values, thing: Thing) -> None:
        wrong = self.found.setdefault(case_id("read", case), [])
        drift = case["case"].removeprefix("drift: ")
        if drift != case["case"]:
            if drift not in self.drifts:
                wrong.append(f"the tests don't make this change: {drift}")
                return
            self.drifts[drift](thing.id)
        id, inputs, outputs = self.engine.read(self.token, thing.id, thing.inputs, thing.state, thing.name)
        wrong += differences(thing.id if case["id"] == "<same>" else case["id"], id, "id")
        wrong += changes_differences(case["outputsChanged"], thing.state, outputs, "outputs")
        wrong += changes_differences(case["inputsChanged"], thing.inputs, inputs, "inputs")
        if id:
            diff = self.engine.diff(self.token, id, outputs, inputs, thing.inputs, thing.name)
            wrong += diff_differences(case["diffAfterRead"], diff)
        if "import" in case:
            self._import(case["import"], thing, wrong)
        if drift != case["case"]:
            self._repair(thing, id, inputs, outputs)

    def _import(self, expected: Values, thing: Thing, wrong: list[str]) -> None:
        answer = attempted(lambda: self.engine.read(self.token, thing.id, {}, {}, thing.name))
        if "error" in expected:
            wrong += [] if isinstance(answer, str) else ["import: recorded an error, now none"]
            return
        if isinstance(answer, str):
            wrong.append(f"import: {answer}")
            return
        id, inputs, outputs = answer
        wrong += differences(thing.id, id, "import.id")
        recorded = {key: value for key, value in expected["inputs"].items() if key not in ("id", "tagsAll")}
        wrong += differences(recorded, without_newer(inputs), "import.inputs")
        wrong += changes_differences(expected["outputsChanged"], thing.state, outputs, "import.outputs")

    def _repair(self, thing: Thing, id: str, inputs: Values, outputs: Values) -> None:
        """Restores what the program sets, as the next `pulumi up` would do."""
        if not id:
            thing.id, thing.state = self.engine.create(self.token, thing.inputs, name=thing.name)
            return
        repaired = self.engine.update(self.token, id, outputs, inputs, thing.inputs, name=thing.name)
        thing.state = {name: value for name, value in repaired.items() if name in thing.state}

    def _change(self, case: Values, thing: Thing) -> None:
        wrong = self.found.setdefault(case_id("changes", case), [])
        given = patched(thing.program, case["change"], thing.generated)
        checked, failures = self.engine.check(self.token, given, thing.inputs, thing.name)
        wrong += differences([], failures, "failures")
        diff = self.engine.diff(self.token, thing.id, thing.state, thing.inputs, checked, thing.name)
        wrong += diff_differences(case["diff"], diff)
        if diff.verdict == "update" and "previewUpdate" in case:
            preview = self._update(thing, checked, preview=True)
            wrong += preview_update_differences(case["previewUpdate"], thing.state, preview)
        if diff.verdict == "update" and "update" in case:
            self._changed_and_back(case["update"], thing, checked, wrong)

    def _changed_and_back(self, expected: Values, thing: Thing, checked: Values, wrong: list[str]) -> None:
        answer = attempted(lambda: self._update(thing, checked, preview=False))
        if "error" in expected or isinstance(answer, str):
            wrong += [] if "error" in expected and isinstance(answer, str) else [f"update: {answer}"]
            return
        changed = {name: change["after"] for name, change in changes(thing.state, answer).items()}
        wrong += differences(lasting(expected["changed"]), lasting(changed), "changed")
        again = self.engine.diff(self.token, thing.id, answer, checked, checked, thing.name)
        wrong += diff_differences(expected.get("diffOfSameInputsAfterwards", {"verdict": "none"}), again)
        if self.engine.diff(self.token, thing.id, answer, checked, thing.inputs, thing.name).verdict == "update":
            answer = self.engine.update(self.token, thing.id, answer, checked, thing.inputs, name=thing.name)
        thing.state, thing.id = answer, answer["id"]

    def _update(self, thing: Thing, inputs: Values, preview: bool) -> Values:
        return self.engine.update(self.token, thing.id, thing.state, thing.inputs, inputs, preview, thing.name)

    def _delete(self, case: Values, thing: Thing) -> None:
        wrong = self.found.setdefault(case_id("delete", case), [])
        self.engine.delete(self.token, thing.id, thing.inputs, thing.state, thing.name)
        id, _, _ = self.engine.read(self.token, thing.id, thing.inputs, thing.state, thing.name)
        wrong += differences(thing.id if case["readAfterDelete"]["id"] else "", id, "id after the delete")
        again = attempted(lambda: self._delete_again(thing))
        succeeds = case["alreadyGone"] == "success"
        if succeeds != (again == "success"):
            wrong.append(f"delete again: recorded {case['alreadyGone']}, now {again}")

    def _delete_occupied(self, case: Values) -> None:
        """Replays a case such as `holds an image, forceDelete=true`."""
        wrong = self.found.setdefault(case_id("delete", case), [])
        option, _, value = case["case"].rpartition(", ")[2].partition("=")
        minimal = filled(self.recording.content["create"][0]["inputs"])
        inputs, _ = self.engine.check(self.token, {**minimal, option: value == "true"}, name=f"occupied-{value}")
        id, state = self.engine.create(self.token, inputs, name=f"occupied-{value}")
        self.occupy(id)
        refused = isinstance(attempted(lambda: self.engine.delete(self.token, id, inputs, state)), str)
        wrong += differences(case["existing"] != "success", refused, "refused")

    def _delete_again(self, thing: Thing) -> str:
        self.engine.delete(self.token, thing.id, thing.inputs, thing.state, thing.name)
        return "success"


def _logical_name(case: Values) -> str:
    """Returns the part of a recorded name before the generated suffix."""
    checked = case.get("check", {}).get("inputs", {})
    texts = map(str, checked.values() if isinstance(checked, Mapping) else ())
    return next((text.removesuffix("-<random7>") for text in texts if text.endswith("-<random7>")), "")
