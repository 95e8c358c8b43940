"""A stack that an earlier release deployed has nothing to update: the program registers what it registered then."""

import json
from pathlib import Path

import pytest

from tests.program.registrations import STACKS, registrations

RECORDING = Path(__file__).with_name("recordings") / "registrations.json"


@pytest.fixture(scope="module")
def registered() -> dict[str, dict[str, object]]:
    return registrations()


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_registers_what_an_earlier_release_did(
    stack: str, registered: dict[str, dict[str, object]]
) -> None:
    recorded = json.loads(RECORDING.read_text())[stack]
    assert registered[stack].keys() == recorded.keys()
    changed = {urn: (was, registered[stack][urn]) for urn, was in recorded.items() if registered[stack][urn] != was}
    assert changed == {}
