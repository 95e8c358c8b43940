"""A new version gets a share of the calls, then all of them, or none."""

import json
import re
from collections import Counter

import pytest

from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox

FUNCTION = "lambda-images-local-greeter"
WORDS = "modules/greeter/words.txt"
CANARY = "release: {canary: {percent: 50, minutes: 15}}\n"


def configure(checkout: Checkout, module: str, settings: str) -> None:
    folder = checkout.root / "modules" / module
    (folder / ".dockerignore").write_text("module.yaml\n")
    (folder / "module.yaml").write_text(settings)


def begin(checkout: Checkout, words: str = "good evening") -> tuple[int, int]:
    """Ship new words to a half of the callers, and return the versions: the one before, and the canary."""
    configure(checkout, "greeter", CANARY)
    (checkout.root / WORDS).write_text(words)
    checkout.up().ok()
    released = releases(checkout)
    return min(version for version, share in released.items() if share), max(released)


def releases(checkout: Checkout) -> dict[int, float]:
    """The share of the calls that each version gets."""
    shown = json.loads(checkout.sandbox("releases", "greeter", "--json").ok())["greeter"]["versions"]
    return {version["version"]: version["share"] for version in shown}


def answers(checkout: Checkout, name: str = "smoke", calls: int = 30) -> Counter[str]:
    """Call the function by its alias, and count its greetings and errors."""
    awslambda, event = checkout.aws("lambda"), json.dumps({"name": name})
    answered = (awslambda.invoke(FunctionName=FUNCTION, Qualifier="live", Payload=event) for _ in range(calls))
    return Counter(
        "error" if "FunctionError" in each else json.load(each["Payload"])["greeting"].partition(",")[0]
        for each in answered
    )


def let_time_pass(checkout: Checkout) -> None:
    """Let the canary's share have had its time. Earlier calls of other tests don't count, because it began just now."""
    awslambda = checkout.aws("lambda")
    alias = awslambda.get_alias(FunctionName=FUNCTION, Name="live")
    description = re.sub(r"for [0-9]+ minutes", "for 0 minutes", alias["Description"])
    awslambda.update_alias(FunctionName=FUNCTION, Name="live", Description=description)


def test_a_new_version_gets_its_share_and_then_all_calls(tiny: Checkout) -> None:
    old, new = begin(tiny)
    assert releases(tiny)[old] == releases(tiny)[new] == 0.5
    assert answers(tiny).keys() == {"hello", "good evening"}

    canary = f"canary of {new} at 50%"
    assert canary in tiny.sandbox("status").ok()
    assert canary in tiny.pulumi("preview").ok()
    assert canary in tiny.up().ok()
    assert tiny.preview_steps() == {}, "an update leaves a canary as it is"
    assert "this share ends in 15 minutes" in tiny.sandbox("promote").ok()

    (tiny.root / WORDS).write_text("good night")
    refused = tiny.up().failed()
    assert "greeter can't be updated yet, because it has a canary" in refused
    assert max(releases(tiny)) == new, "no version was published beside the canary"

    let_time_pass(tiny)
    assert f"greeter serves version {new} to all callers" in tiny.sandbox("promote", "--wait").ok()
    assert answers(tiny).keys() == {"good evening"}
    tiny.up().ok()
    assert releases(tiny)[new] == releases(tiny)[new + 1] == 0.5


def test_a_version_that_fails_for_callers_never_gets_all_calls(tiny: Checkout) -> None:
    """It answers the smoke event, but fails for others."""
    app = tiny.root / "modules" / "greeter" / "app.py"
    whole = app.read_text()
    app.write_text(
        whole + "\nanswer = handler\n\ndef handler(event, context):\n"
        "    if event['name'] == 'Bob':\n        raise ValueError('no Bobs')\n    return answer(event, context)\n"
    )
    old, new = begin(tiny)
    assert answers(tiny, "Bob", 40)["error"] > 5
    let_time_pass(tiny)
    refused = tiny.sandbox("promote", "--wait").failed()
    assert re.search(
        rf"greeter is held at {old} instead of {new} since \S+ by promote: errors in \d+ of \d+ calls", refused
    )
    assert answers(tiny, "Bob").keys() == {"hello"}

    assert f"held at {old} instead of {new}" in tiny.up().ok()
    assert tiny.preview_steps() == {}
    app.write_text(whole)
    tiny.up().ok()
    assert releases(tiny)[old] == releases(tiny)[new + 1] == 0.5, "the fix is a canary beside the same version"


def test_a_change_that_takes_permissions_from_the_version_in_service_can_not_be_a_canary(tiny: Checkout) -> None:
    given = "policies: {statements: {List: {actions: ['s3:ListAllMyBuckets'], resources: ['*']}}}\n"
    configure(tiny, "greeter", given)
    tiny.up().ok()
    served = max(releases(tiny))
    configure(tiny, "greeter", CANARY)
    assert "can't have a canary with this change" in tiny.up().failed()
    assert max(releases(tiny)) == served

    configure(tiny, "greeter", "release: {canary: null}\n")
    tiny.up().ok()
    assert releases(tiny)[served + 1] == 1.0
    assert "has taken permissions from the role" in tiny.sandbox("rollback", "greeter").failed()
    assert tiny.preview_steps() == {}


def test_a_first_version_serves_all_callers(tiny: Checkout) -> None:
    tiny.add("beginner", tiny.root / "modules" / "adder")
    configure(tiny, "beginner", CANARY)
    assert "serves all callers at once: there is no version to compare a canary with" in tiny.pulumi("up", "--yes").ok()
    assert tiny.outputs()["beginner"]["canary"] == ""
    assert tiny.preview_steps() == {}
