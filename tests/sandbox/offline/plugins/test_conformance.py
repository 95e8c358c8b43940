"""The local AWS plugin against the recordings of the real one."""

import pytest

from tests.sandbox.offline.plugins.conformance.deviation import Deviation
from tests.sandbox.offline.plugins.conformance.deviations import DEVIATIONS, unlisted
from tests.sandbox.offline.plugins.conformance.recording import all_recordings
from tests.sandbox.offline.plugins.conformance.run import Results

_CASES = [(recording.name, case) for recording in all_recordings() for case in recording.cases()]


@pytest.mark.parametrize(("recording", "case"), _CASES)
def test_the_plugin_behaves_as_recorded(conformance: Results, recording: str, case: str) -> None:
    assert unlisted(recording, case, conformance(recording)[case]) == []


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: f"{deviation.recording} {deviation.case}")
def test_each_listed_deviation_exists_in_each_of_its_cases(conformance: Results, deviation: Deviation) -> None:
    cases = [each for each in _CASES if deviation.is_about(*each)]
    assert cases, "the case doesn't exist"
    for recording, case in cases:
        differences = conformance(recording)[case]
        assert any(deviation.covers(recording, case, each) for each in differences), f"{case}: no difference any more"


def test_each_case_of_a_recording_was_replayed(conformance: Results) -> None:
    replayed = {(each.name, case) for each in all_recordings() for case in conformance(each.name)}
    assert replayed == set(_CASES)
