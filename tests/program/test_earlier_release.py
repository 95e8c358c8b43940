"""A stack that an earlier release deployed has nothing to update: the program registers what it registered then."""

import json
from pathlib import Path

import pytest

from tests.program.registrations import STACKS, registrations

RENAMED_SIDS = {
    "JoinNetwork": "ManageNetworkInterfaces",
    "LeaveNetworkAlone": "DenyNetworkInterfacesToCode",
    "TellOfFailures": "SendFailedEvents",
}
"""Statements that got other names: the next update writes the policies of modules that have them."""
NEW_INPUTS = {"aws:lambda/alias:Alias": {"description": "passed 7"}}
"""Inputs that the resources of a type didn't have: the next update sets them."""
RECORDING = Path(__file__).with_name("recordings") / "registrations.json"


@pytest.fixture(scope="module")
def registered() -> dict[str, dict[str, object]]:
    return registrations()


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_registers_what_an_earlier_release_did(
    stack: str, registered: dict[str, dict[str, object]]
) -> None:
    text = RECORDING.read_text()
    for was, is_now in RENAMED_SIDS.items():
        assert was in text
        text = text.replace(was, is_now)
    recorded = json.loads(text)[stack]
    for urn, resource in recorded.items():
        resource["inputs"] |= NEW_INPUTS.get(urn.partition("::")[0].rpartition("$")[2], {})
    assert registered[stack].keys() == recorded.keys()
    changed = {urn: (was, registered[stack][urn]) for urn, was in recorded.items() if registered[stack][urn] != was}
    assert changed == {}
