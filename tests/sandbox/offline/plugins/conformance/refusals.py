"""Replays the refusals of a recording: the RPC that refuses during a create or an update, and the reason."""

from typing import Any

from tests.sandbox.offline.plugins.conformance.facts import Thing, attempted, diff_differences, patched
from tests.sandbox.offline.plugins.conformance.masks import causes, differences, filled
from tests.sandbox.offline.plugins.conformance.recording import Recording, Values, case_id
from tests.sandbox.offline.plugins.engine import Engine


def refusals(engine: Engine, recording: Recording, base: Values) -> dict[str, list[str]]:
    """Returns, by case id, how the responses differ. `base` overrides the minimal inputs."""
    minimal = recording.content["create"][0]
    name, program = minimal["logicalName"], filled(minimal["inputs"])
    inputs, _ = engine.check(recording.token, program, name=name)
    existing = Thing(name, program, inputs, *engine.create(recording.token, inputs, name=name))
    attempt = _Attempt(engine, recording.token, existing)
    found = {}
    for case in recording.content["refusals"]:
        wrong = attempt.to_create(case["create"], patched({**program, **base}, case["inputs"]))
        if "update" in case:
            wrong += attempt.to_update(case["update"], patched(program, case["inputs"]))
        found[case_id("refusals", case)] = wrong
    engine.delete(recording.token, existing.id, existing.inputs, existing.state, name)
    return found


class _Attempt:
    """Calls RPCs until one refuses."""

    def __init__(self, engine: Engine, token: str, existing: Thing) -> None:
        self._engine = engine
        self._token = token
        self._existing = existing

    def to_create(self, expected: Values, inputs: Values) -> list[str]:
        name = f"{self._existing.name}-r"
        refused_by, answer = self._create(inputs, name)
        wrong = list(differences(expected["refusedBy"], refused_by, "create refused by"))
        if refused_by == expected["refusedBy"] and causes(expected):
            wrong += differences(causes(expected), causes(answer), "causes")
        if refused_by is None and expected["refusedBy"] is None:
            id, outputs, checked = answer
            wrong += differences(expected["id"], id, "id")
            got = {key: outputs.get(key, "<absent>") for key in expected["outputsOfThePatchedProperties"]}
            wrong += differences(expected["outputsOfThePatchedProperties"], got)
        if refused_by is None:
            id, outputs, checked = answer
            self._engine.delete(self._token, id, checked, outputs, name)
        return wrong

    def _create(self, inputs: Values, name: str) -> tuple[str | None, Any]:
        """Returns the RPC that refuses and its message, or None and the id, the outputs and the checked inputs."""
        check = attempted(lambda: self._engine.check(self._token, inputs, name=name))
        if isinstance(check, str) or check[1]:
            return "Check", check
        preview = attempted(lambda: self._engine.create(self._token, check[0], preview=True, name=name))
        if isinstance(preview, str):
            return "Create(preview)", preview
        made = attempted(lambda: self._engine.create(self._token, check[0], name=name))
        return ("Create", made) if isinstance(made, str) else (None, (*made, check[0]))

    def to_update(self, expected: Values, inputs: Values) -> list[str]:
        refused_by, diff = self._diff(inputs)
        wrong = list(differences(expected.get("refusedBy"), refused_by, "update refused by"))
        if refused_by is None:
            wrong += diff_differences(expected.get("diff", {"verdict": "none"}), diff)
        return wrong

    def _diff(self, inputs: Values) -> tuple[str | None, Any]:
        """Returns the RPC that refuses and its message, or None and the difference."""
        thing = self._existing
        check = attempted(lambda: self._engine.check(self._token, inputs, thing.inputs, thing.name))
        if isinstance(check, str) or check[1]:
            return "Check", check
        diff = attempted(
            lambda: self._engine.diff(self._token, thing.id, thing.state, thing.inputs, check[0], thing.name)
        )
        return ("Diff", diff) if isinstance(diff, str) else (None, diff)
