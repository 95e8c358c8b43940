"""Replays the recording of a resource type against the plugin: every case, and where the answers differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc

from tests.provider.conformance.masks import causes, differences, filled
from tests.provider.conformance.recording import Recording, Values, case_id
from tests.provider.engine import Diff, Engine

NEWER = {"region", "responseStreamingInvokeArn"}
"""Outputs that pulumi-aws 7 has and the recorded provider had not."""

Drift = Callable[[str], None]
"""Changes the thing with the given id behind the engine's back."""


@dataclass
class Thing:
    """A created resource, as the engine keeps it."""

    name: str
    program: Values
    """What the program gives."""
    inputs: Values
    """That, checked."""
    id: str
    state: Values

    @property
    def generated(self) -> str:
        return str(self.inputs.get("name", ""))


@dataclass
class Replay:
    engine: Engine
    recording: Recording
    drifts: Mapping[str, Drift]
    """By the case's name, without `drift: `."""
    refusal_base: Values
    """Inputs that differ from the minimal ones in the refusals."""
    occupy: Callable[[str], None]
    """Puts into the thing with the given id what makes AWS refuse to delete it."""
    before_refusals: Callable[[], None]
    found: dict[str, list[str]] = field(default_factory=dict)
    """By case id: how the answers differ from the recorded ones."""

    def run(self) -> dict[str, list[str]]:
        self.reads = self._reads()
        for case in self.recording.content["create"]:
            self._life(case)
        for delete in self.recording.content["delete"]:
            if "readAfterDelete" not in delete:
                self._delete_occupied(delete)
        self.before_refusals()
        self._refusals()
        return self.found

    @property
    def token(self) -> str:
        return self.recording.token

    def _reads(self) -> dict[str, list[Values]]:
        """The read cases by the create case they follow."""
        reads: dict[str, list[Values]] = {}
        created = {case["case"] for case in self.recording.content["create"]}
        current = ""
        for case in self.recording.content["read"]:
            current = case["case"] if case["case"] in created else current
            reads.setdefault(current, []).append(case)
        return reads

    def _life(self, case: Values) -> None:
        """A case of `create`, and all that happened to the thing."""
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
            wrong += _preview_differences(case["preview"], preview)
        if "create" not in case:
            return None
        id, outputs = self.engine.create(self.token, checked, name=name)
        wrong += differences(case["create"]["id"], id, "id")
        wrong += differences(case["create"]["outputs"], _without_newer(outputs))
        if "preview" in case:
            appeared = sorted(_without_newer(outputs).keys() - preview.keys())
            wrong += differences(case["preview"]["absentButPresentAfterCreate"], appeared, "appeared")
        return Thing(name, given, checked, id, outputs)

    def _read(self, case: Values, thing: Thing) -> None:
        wrong = self.found.setdefault(case_id("read", case), [])
        drift = case["case"].removeprefix("drift: ")
        if drift != case["case"]:
            if drift not in self.drifts:
                wrong.append(f"no such change is made by the tests: {drift}")
                return
            self.drifts[drift](thing.id)
        id, inputs, outputs = self.engine.read(self.token, thing.id, thing.inputs, thing.state, thing.name)
        wrong += differences(thing.id if case["id"] == "<same>" else case["id"], id, "id")
        wrong += differences(
            _clean_changes(case["outputsChanged"]), _clean_changes(_changes(thing.state, outputs)), "outputs"
        )
        wrong += differences(
            _clean_changes(case["inputsChanged"]), _clean_changes(_changes(thing.inputs, inputs)), "inputs"
        )
        if id:
            diff = self.engine.diff(self.token, id, outputs, inputs, thing.inputs, thing.name)
            wrong += _diff_differences(case["diffAfterRead"], diff)
        if "import" in case:
            self._import(case["import"], thing, wrong)
        if drift != case["case"]:
            self._repair(thing, id, inputs, outputs)

    def _import(self, expected: Values, thing: Thing, wrong: list[str]) -> None:
        answer = self._refused(lambda: self.engine.read(self.token, thing.id, {}, {}, thing.name))
        if "error" in expected:
            wrong += [] if isinstance(answer, str) else ["import: recorded an error, now none"]
            return
        if isinstance(answer, str):
            wrong.append(f"import: {answer}")
            return
        id, inputs, outputs = answer
        wrong += differences(thing.id, id, "import.id")
        recorded = {key: value for key, value in expected["inputs"].items() if key not in ("id", "tagsAll")}
        wrong += differences(recorded, _without_newer(inputs), "import.inputs")
        wrong += differences(
            _clean_changes(expected["outputsChanged"]), _clean_changes(_changes(thing.state, outputs)), "import.outputs"
        )

    def _repair(self, thing: Thing, id: str, inputs: Values, outputs: Values) -> None:
        """Back to what the program wants, as the next `up` would do."""
        if not id:
            thing.id, thing.state = self.engine.create(self.token, thing.inputs, name=thing.name)
            return
        repaired = self.engine.update(self.token, id, outputs, inputs, thing.inputs, name=thing.name)
        thing.state = {name: value for name, value in repaired.items() if name in thing.state}

    def _change(self, case: Values, thing: Thing) -> None:
        wrong = self.found.setdefault(case_id("changes", case), [])
        given = _patched(thing.program, case["change"], thing.generated)
        checked, failures = self.engine.check(self.token, given, thing.inputs, thing.name)
        wrong += differences([], failures, "failures")
        diff = self.engine.diff(self.token, thing.id, thing.state, thing.inputs, checked, thing.name)
        wrong += _diff_differences(case["diff"], diff)
        if diff.verdict == "update" and "previewUpdate" in case:
            preview = self._update(thing, checked, preview=True)
            wrong += _preview_update_differences(case["previewUpdate"], thing.state, preview)
        if diff.verdict == "update" and "update" in case:
            self._changed_and_back(case["update"], thing, checked, wrong)

    def _changed_and_back(self, expected: Values, thing: Thing, checked: Values, wrong: list[str]) -> None:
        answer = self._refused(lambda: self._update(thing, checked, preview=False))
        if "error" in expected or isinstance(answer, str):
            wrong += [] if "error" in expected and isinstance(answer, str) else [f"update: {answer}"]
            return
        changed = {name: change["after"] for name, change in _changes(thing.state, answer).items()}
        wrong += differences(expected["changed"], changed, "changed")
        again = self.engine.diff(self.token, thing.id, answer, checked, checked, thing.name)
        wrong += _diff_differences(expected.get("diffOfSameInputsAfterwards", {"verdict": "none"}), again)
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
        again = self._refused(lambda: self._delete_again(thing))
        succeeds = case["alreadyGone"] == "success"
        if succeeds != (again == "success"):
            wrong.append(f"delete of a gone thing: recorded {case['alreadyGone']}, now {again}")

    def _delete_occupied(self, case: Values) -> None:
        """A case such as `holds an image, forceDelete=true`."""
        wrong = self.found.setdefault(case_id("delete", case), [])
        option, _, value = case["case"].rpartition(", ")[2].partition("=")
        minimal = filled(self.recording.content["create"][0]["inputs"])
        inputs, _ = self.engine.check(self.token, {**minimal, option: value == "true"}, name=f"occupied-{value}")
        id, state = self.engine.create(self.token, inputs, name=f"occupied-{value}")
        self.occupy(id)
        refused = isinstance(self._refused(lambda: self.engine.delete(self.token, id, inputs, state)), str)
        wrong += differences(case["existing"] != "success", refused, "refused")

    def _delete_again(self, thing: Thing) -> str:
        self.engine.delete(self.token, thing.id, thing.inputs, thing.state, thing.name)
        return "success"

    def _refusals(self) -> None:
        minimal = self.recording.content["create"][0]
        name = minimal["logicalName"]
        inputs, _ = self.engine.check(self.token, filled(minimal["inputs"]), name=name)
        id, state = self.engine.create(self.token, inputs, name=name)
        existing = Thing(name, filled(minimal["inputs"]), inputs, id, state)
        for case in self.recording.content["refusals"]:
            wrong = self.found.setdefault(case_id("refusals", case), [])
            patch = case["inputs"]
            self._refused_create(case, _patched({**filled(minimal["inputs"]), **self.refusal_base}, patch), wrong)
            if "update" in case:
                self._refused_update(case["update"], existing, _patched(existing.program, patch), wrong)
        self.engine.delete(self.token, existing.id, existing.inputs, existing.state, name)

    def _refused_create(self, case: Values, inputs: Values, wrong: list[str]) -> None:
        expected, name = case["create"], f"{self.recording.content['create'][0]['logicalName']}-r"
        refused_by, answer = self._way_to_create(inputs, name)
        wrong += differences(expected["refusedBy"], refused_by, "create refused by")
        if refused_by == expected["refusedBy"] and causes(expected):
            wrong += differences(causes(expected), causes(answer), "causes")
        if refused_by is None and expected["refusedBy"] is None:
            id, outputs, checked = answer
            wrong += differences(expected["id"], id, "id")
            got = {key: outputs.get(key, "<absent>") for key in expected["outputsOfThePatchedProperties"]}
            wrong += differences(expected["outputsOfThePatchedProperties"], got)
        if refused_by is None:
            id, outputs, checked = answer
            self.engine.delete(self.token, id, checked, outputs, name)

    def _way_to_create(self, inputs: Values, name: str) -> tuple[str | None, Any]:
        """Which RPC refuses, and its message; None, and the id, outputs and checked inputs, if none does."""
        check = self._refused(lambda: self.engine.check(self.token, inputs, name=name))
        if isinstance(check, str) or check[1]:
            return "Check", check
        preview = self._refused(lambda: self.engine.create(self.token, check[0], preview=True, name=name))
        if isinstance(preview, str):
            return "Create(preview)", preview
        made = self._refused(lambda: self.engine.create(self.token, check[0], name=name))
        return ("Create", made) if isinstance(made, str) else (None, (*made, check[0]))

    def _refused_update(self, expected: Values, thing: Thing, inputs: Values, wrong: list[str]) -> None:
        check = self._refused(lambda: self.engine.check(self.token, inputs, thing.inputs, thing.name))
        if isinstance(check, str) or check[1]:
            wrong += differences(expected.get("refusedBy"), "Check", "update refused by")
            return
        diff = self._refused(
            lambda: self.engine.diff(self.token, thing.id, thing.state, thing.inputs, check[0], thing.name)
        )
        if isinstance(diff, str):
            wrong += differences(expected.get("refusedBy"), "Diff", "update refused by")
            return
        wrong += differences(expected.get("refusedBy"), None, "update refused by")
        wrong += _diff_differences(expected.get("diff", {"verdict": "none"}), diff)

    def _refused(self, rpc: Callable[[], Any]) -> Any:
        """The answer, or the message of the error."""
        try:
            return rpc()
        except grpc.RpcError as error:
            return str(error.details())


def _logical_name(case: Values) -> str:
    """Of a preview: what comes before the generated part of its name."""
    name = case.get("check", {}).get("inputs", {})
    return str(name.get("name", "")).removesuffix("-<random7>") if isinstance(name, Mapping) else ""


def _patched(inputs: Values, patch: Values, generated: str = "") -> Values:
    merged = {**inputs, **filled(patch, generated)}
    return {name: value for name, value in merged.items() if value != "<removed>"}


def _without_newer(values: Values) -> Values:
    return {name: value for name, value in values.items() if name not in NEWER}


def _changes(before: Values, after: Values) -> Values:
    """By property: before and after, where they differ."""
    return {
        name: {"before": before.get(name, "<absent>"), "after": after.get(name, "<absent>")}
        for name in {*before, *after} - NEWER
        if any(differences(before.get(name, "<absent>"), after.get(name, "<absent>"), name))
    }


def _clean_changes(changes: Values) -> Values:
    return {
        name: change
        for name, change in changes.items()
        if any(differences({"": change["before"]}, {"": change["after"]}, name)) or change["before"] == "<timestamp>"
    }


def _preview_differences(expected: Values, preview: Values) -> list[str]:
    unknown = sorted(name for name, value in _without_newer(preview).items() if "<unknown>" in repr(value))
    known = {name: value for name, value in _without_newer(preview).items() if name not in unknown}
    return [
        *differences(sorted(expected["unknown"]), unknown, "preview.unknown"),
        *differences({"known": expected["known"]}, {"known": known}, "preview"),
    ]


def _preview_update_differences(expected: Values, state: Values, preview: Values) -> list[str]:
    unknown = sorted(name for name, value in _without_newer(preview).items() if "<unknown>" in repr(value))
    changes = {name: change["after"] for name, change in _changes(state, preview).items() if name not in unknown}
    absent = sorted(name for name, value in changes.items() if value == "<absent>")
    changed = {name: value for name, value in changes.items() if name not in absent}
    return [
        *differences(sorted(expected["unknown"]), unknown, "previewUpdate.unknown"),
        *differences(expected["changed"], changed, "previewUpdate.changed"),
        *differences(expected.get("absent", []), absent, "previewUpdate.absent"),
    ]


def _diff_differences(expected: Values, diff: Diff) -> list[str]:
    return [
        *differences(expected["verdict"], diff.verdict, "diff.verdict"),
        *differences(sorted(expected.get("replaces", [])), diff.replaces, "diff.replaces"),
        *differences(sorted(expected.get("diffs", [])), diff.diffs, "diff.diffs"),
    ]
