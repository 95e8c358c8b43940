"""The local docker plugin against the facts recorded from the real one."""

import pytest

from tests.sandbox.offline.plugins.conformance.deviation import Deviation
from tests.sandbox.offline.plugins.docker.deviations import DEVIATIONS, RECORDING
from tests.sandbox.offline.plugins.docker.replay import recording

Found = dict[str, list[str]]


@pytest.mark.parametrize("case", list(recording().cases()))
def test_the_plugin_behaves_as_recorded(image_conformance: Found, case: str) -> None:
    def is_listed(difference: str) -> bool:
        return any(each.covers(RECORDING, case, difference) for each in DEVIATIONS)

    assert [each for each in image_conformance[case] if not is_listed(each)] == []


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.case)
def test_each_listed_deviation_exists(image_conformance: Found, deviation: Deviation) -> None:
    found = [(case, line) for case, lines in image_conformance.items() for line in lines]
    assert any(deviation.covers(RECORDING, *each) for each in found), "no difference any more: remove it from the list"
