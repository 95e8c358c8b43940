"""On a recorded timeline of `make up` with one file changed, and one with nothing changed."""

import json
from pathlib import Path

import pytest

from benchmarks import phases
from benchmarks.timeline import Event

RECORDINGS = Path(__file__).with_name("recordings")


def recorded(case: str) -> list[tuple[float, Event]]:
    return [
        (line["at"], line["event"]) for line in map(json.loads, (RECORDINGS / f"{case}.jsonl").read_text().splitlines())
    ]


def of(case: str) -> dict[str, float]:
    events = recorded(case)
    return phases.phases(events, engine_started=0.2, engine_ended=events[-1][0] + 0.1, ended=events[-1][0] + 0.4)


@pytest.mark.parametrize("case", ["changed", "unchanged"])
def test_the_phases_are_all_of_the_time(case: str) -> None:
    found = of(case)
    assert sum(found.values()) == pytest.approx(recorded(case)[-1][0] + 0.4)
    assert min(found.values()) >= 0


def test_a_build_and_what_follows_take_what_lies_between_their_events() -> None:
    found = of("changed")
    expected = {"build": 1.111, "push": 0.269, "function update": 1.747, "smoke": 1.368, "alias": 0.016}
    assert {phase: found[phase] for phase in expected} == pytest.approx(expected, abs=0.002)


def test_the_program_starts_between_the_engines_first_event_and_the_first_module() -> None:
    assert of("changed")[phases.PROGRAM] == pytest.approx(7.538 - 6.163, abs=0.002)
    assert of("changed")[phases.ENGINE] == pytest.approx(6.163 - 0.2, abs=0.002)


def test_nothing_changed_has_no_phase_of_a_change() -> None:
    changes = {phases.BUILD, phases.PUSH, *phases.SPANS.values()}
    assert not changes & of("unchanged").keys()
    assert changes <= of("changed").keys()
