"""A stack that an earlier release deployed has nothing to update: the program registers what it registered then."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from components.image.repository import lifecycle_policy
from components.json_text import json_text
from tests.program.registrations import STACKS, registrations

RENAMED_SIDS = {
    "JoinNetwork": "ManageNetworkInterfaces",
    "LeaveNetworkAlone": "DenyNetworkInterfacesToCode",
    "TellOfFailures": "SendFailedEvents",
}
"""Statements that got other names: the next update writes the policies of modules that have them."""
KEEP_IMAGES = {"dev": 50, "prod": 20}
"""The setting `keepImages` of the stacks."""


def new_inputs(stack: str, urn: str) -> dict[str, str]:
    """Inputs that are others than before in all resources of a type: the next update sets them."""
    changed = {
        "aws:ecr/lifecyclePolicy:LifecyclePolicy": {"policy": json_text(lifecycle_policy(KEEP_IMAGES[stack]))},
        "aws:lambda/alias:Alias": {"description": "passed 7"},
    }
    return changed.get(urn.partition("::")[0].rpartition("$")[2], {})


def new_options(urn: str) -> dict[str, bool]:
    """Options that are others than before, which no update sets."""
    of_trigger = re.search(r"(Bucket|Topic)Trigger\$aws:lambda/permission:Permission::", urn)
    return {"deleteBeforeReplace": True} if of_trigger else {}


def without_marks(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out the record of permissions in a function's description: the next update publishes a version with it."""
    inputs = resource["inputs"]
    if "description" not in inputs:
        return resource
    return {**resource, "inputs": {**inputs, "description": MARKS.sub("", inputs["description"])}}


def without_levels(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out the levels of logs, which Lambda has set since the function was created with logs as JSON."""
    inputs = resource["inputs"]
    if "loggingConfig" not in inputs:
        return resource
    named = {key: value for key, value in inputs["loggingConfig"].items() if not key.endswith("LogLevel")}
    assert set(inputs["loggingConfig"].values()) - set(named.values()) <= {"INFO"}
    return {**resource, "inputs": {**inputs, "loggingConfig": named}}


def urn_of(urn: str, resource: dict[str, Any], recorded: dict[str, Any]) -> str:
    """The URN that the state has for a resource, which may be one of its aliases."""
    return next((known for known in (urn, *resource.get("aliases", ())) if known in recorded), urn)


def without_aliases(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name != "aliases"}


GONE = re.compile(r"\$lambda-images:index:(ImageRepository|ModuleImage|ExecutionRole|ImageFunction)::")
"""Components that modules no longer have: the next update removes them from the state, and nothing in AWS."""
MARKS = re.compile(r", permissions [\w#-]+(?=\)?$)")
RECORDING = Path(__file__).with_name("recordings") / "registrations.json"


@pytest.fixture(scope="module")
def registered() -> dict[str, dict[str, Any]]:
    return registrations()


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_registers_what_an_earlier_release_did(stack: str, registered: dict[str, dict[str, Any]]) -> None:
    text = RECORDING.read_text()
    for was, is_now in RENAMED_SIDS.items():
        assert was in text
        text = text.replace(was, is_now)
    recorded = json.loads(text)[stack]
    for urn, resource in recorded.items():
        resource["inputs"] |= new_inputs(stack, urn)
        resource |= new_options(urn)
        if topic := resource["inputs"].get("alarmActions"):
            resource["inputs"]["okActions"] = topic  # the next update also tells of the ends of alarms
    now_is = {urn_of(urn, its, recorded): its for urn, its in registered[stack].items()}
    assert recorded.keys() - now_is.keys() == {urn for urn in recorded if GONE.search(urn)}
    assert now_is.keys() <= recorded.keys()
    changed = {
        urn: (recorded[urn], now)
        for urn, its in now_is.items()
        if (now := without_levels(without_marks(without_aliases(its)))) != recorded[urn]
    }
    assert changed == {}
