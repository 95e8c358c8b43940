from collections import Counter
from types import SimpleNamespace

import pytest

from benchmarks.released_handler import handle
from benchmarks.scenario import STEPS, Source


def test_the_scenario_has_twenty_deployments_five_rollbacks_and_three_canaries() -> None:
    kinds = Counter(step.kind for step in STEPS)
    assert kinds["deployment"] + kinds["failing smoke test"] + kinds["failing build"] == 20
    assert (kinds["rollback"], kinds["canary"]) == (5, 3)


def test_the_handler_answers_what_is_expected_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    for name, value in source.settings["environment"].items():
        monkeypatch.setenv(name, value)
    answer = handle({}, SimpleNamespace(function_version="7", memory_limit_in_mb=str(source.memory)))
    assert answer == {"version": "7", **source.body}


def test_the_function_has_the_permission_exactly_while_it_uses_it() -> None:
    for reads in (False, True):
        settings = Source(reads=reads).settings
        assert ("PARAMETER" in settings["environment"]) is reads
        assert ("ReadParameter" in settings["policies"]["statements"]) is reads
