"""The local AWS plugin against the recordings of the real one."""

import pytest

from tests.provider.conformance.deviations import DEVIATIONS, Deviation, unlisted
from tests.provider.conformance.recording import all_recordings
from tests.provider.conformance.run import Results

_CASES = [(recording.name, case) for recording in all_recordings() for case in recording.cases()]


@pytest.mark.parametrize(("recording", "case"), _CASES)
def test_the_plugin_behaves_as_recorded(conformance: Results, recording: str, case: str) -> None:
    assert unlisted(recording, case, conformance[recording][case]) == []


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: f"{deviation.recording} {deviation.case}")
def test_a_listed_deviation_is_one(conformance: Results, deviation: Deviation) -> None:
    differences = [
        (recording, case, difference)
        for recording, cases in conformance.items()
        for case, found in cases.items()
        for difference in found
    ]
    assert any(deviation.covers(*difference) for difference in differences), "equal by now: take it off the list"


def test_each_case_of_a_recording_was_replayed(conformance: Results) -> None:
    replayed = {(recording, case) for recording, cases in conformance.items() for case in cases}
    assert replayed == set(_CASES)
