"""What goes wrong during releases: callers are answered meanwhile, and the next update brings everything in order."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from sandbox.process import wait_until
from tests.end_to_end.checkout import Checkout, Ran
from tests.end_to_end.test_canary import CANARY, FUNCTION, answers, begin, configure, let_time_pass, releases
from tests.end_to_end.test_interruptions import INTERRUPTING, interrupted_up, thorough

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

GOOD_EVENING = ("modules/greeter/words.txt", "hello", "good evening")
HANDLER = "def handler(event: dict[str, Any], context: object) -> dict[str, str]:\n"


def slow_down(checkout: Checkout, seconds: float) -> None:
    checkout.edit("modules/greeter/app.py", HANDLER, f"{HANDLER}    import time\n\n    time.sleep({seconds})\n")


def served(checkout: Checkout) -> dict[int, float]:
    """The shares of the versions that get calls."""
    return {version: share for version, share in releases(checkout).items() if share}


def promote(checkout: Checkout) -> None:
    let_time_pass(checkout)
    checkout.sandbox("promote").ok()


@pytest.mark.parametrize("moment", [thorough("before UpdateAlias"), "after UpdateAlias"])
def test_an_update_that_begins_a_canary_is_killed(tiny: Checkout, moment: str) -> None:
    shutil.copy2(INTERRUPTING, tiny.root)
    configure(tiny, "greeter", CANARY)
    tiny.up().ok()
    tiny.edit(*GOOD_EVENING)
    interrupted_up(tiny, moment, "pulumi", signal.SIGKILL)
    assert "hello" in answers(tiny)
    tiny.up().ok()
    assert list(served(tiny).values()) == [0.5, 0.5]
    assert tiny.preview_steps() == {}
    promote(tiny)
    assert answers(tiny).keys() == {"good evening"}


def test_a_rollback_during_an_update_is_not_undone(tiny: Checkout) -> None:
    old = max(releases(tiny))
    tiny.edit(*GOOD_EVENING)
    tiny.up().ok()
    slow_down(tiny, 6)
    ended: list[Ran] = []
    update = threading.Thread(target=lambda: ended.append(tiny.up()))
    update.start()
    try:
        wait_until(lambda: max(releases(tiny)) == old + 2, 60, "a version is published, and gets the smoke event")
        tiny.sandbox("rollback", "greeter", "--reason", "in between").ok()
    finally:
        update.join()
    assert "was moved by someone else during this update" in ended[0].failed()
    assert served(tiny) == {old: 1}
    assert f"held at {old} instead of {old + 1}" in tiny.sandbox("status").ok()
    tiny.up().ok()
    assert served(tiny) == {old + 2: 1}, "a newer version has passed"
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_an_emulator_is_killed_during_a_canary(tiny: Checkout) -> None:
    begin(tiny)
    time.sleep(1.5)  # until the emulator has saved its state
    os.kill(int((tiny.home / "emulator.pid").read_text().split()[0]), signal.SIGKILL)
    tiny.up().ok()
    assert answers(tiny).keys() == {"hello", "good evening"}, "the version was published again, and is the canary"
    assert tiny.preview_steps() == {}
    promote(tiny)
    assert answers(tiny).keys() == {"good evening"}


@pytest.mark.thorough
def test_an_alias_is_deleted_during_a_canary(tiny: Checkout) -> None:
    _, new = begin(tiny)
    tiny.aws("lambda").delete_alias(FunctionName=FUNCTION, Name="live")
    assert "the alias `live` of lambda-images-local-greeter is gone" in tiny.up().failed()
    tiny.pulumi("refresh", "--yes").ok()
    tiny.up().ok()
    assert served(tiny) == {new: 1}, "nobody knows any more which version was served before"
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_an_alias_is_moved_during_a_canary(tiny: Checkout) -> None:
    _, new = begin(tiny)
    tiny.aws("lambda").update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=str(new), RoutingConfig={})
    assert "because someone else moved `live`" in tiny.sandbox("promote").failed()
    tiny.up().ok()
    assert served(tiny) == {new: 1}
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_a_secret_is_changed_during_a_canary(tiny: Checkout) -> None:
    def change(value: str) -> None:
        tiny.pulumi("config", "set", "--secret", "--path", "secrets.greeter.KEY", value).ok()

    configure(tiny, "greeter", "secrets: {KEY: {}}\n")
    change("first")
    tiny.up().ok()
    configure(tiny, "greeter", CANARY + "secrets: {KEY: {}}\n")
    tiny.edit(*GOOD_EVENING)
    tiny.up().ok()
    canary = served(tiny)
    change("second")
    assert "greeter can't be updated yet" in tiny.up().failed()
    assert served(tiny) == canary
    promote(tiny)
    tiny.up().ok()
    assert served(tiny) == {max(canary): 0.5, max(canary) + 1: 0.5}
    tiny.pulumi("config", "rm", "--path", "secrets.greeter").ok()


@pytest.mark.thorough
def test_provisioned_concurrency_stays_during_a_canary(tiny: Checkout) -> None:
    configure(tiny, "greeter", CANARY + "provisionedConcurrency: 1\n")
    tiny.up().ok()
    tiny.edit(*GOOD_EVENING)
    tiny.up().ok()
    assert answers(tiny).keys() == {"hello", "good evening"}
    configure(tiny, "greeter", CANARY + "provisionedConcurrency: 2\n")
    assert "Alias with weights can not be used with Provisioned Concurrency" in tiny.up().failed()
    promote(tiny)
    tiny.up().ok()
    assert answers(tiny).keys() == {"good evening"}
    assert tiny.preview_steps() == {}


@pytest.mark.thorough
def test_a_busy_function_with_reserved_concurrency_loses_no_call(tiny: Checkout) -> None:
    """Instances of the old version are busy while the canary and the smoke event need some."""
    configure(tiny, "greeter", CANARY + "reservedConcurrency: 3\n")
    slow_down(tiny, 0.5)
    tiny.up().ok()
    promote_if_any(tiny)
    with two_callers(tiny) as failures:
        tiny.edit(*GOOD_EVENING)
        tiny.up().ok()
        assert list(served(tiny).values()) == [0.5, 0.5]
        promote(tiny)
        time.sleep(2)
    assert failures == []
    assert answers(tiny, calls=5).keys() == {"good evening"}


def promote_if_any(checkout: Checkout) -> None:
    if len(served(checkout)) == 2:
        promote(checkout)


@contextmanager
def two_callers(checkout: Checkout) -> Iterator[list[str]]:
    """Call the function all the time from two threads. Gives the failures."""
    failures: list[str] = []
    stop = threading.Event()

    def call() -> None:
        awslambda = checkout.aws("lambda")
        while not stop.is_set():
            try:
                answered = awslambda.invoke(FunctionName=FUNCTION, Qualifier="live", Payload=b'{"name": "x"}')
            except ClientError as refused:
                failures.append(str(refused))
                continue
            if "FunctionError" in answered:
                failures.append(answered["Payload"].read().decode())

    callers = [threading.Thread(target=call) for _ in range(2)]
    for caller in callers:
        caller.start()
    try:
        yield failures
    finally:
        stop.set()
        for caller in callers:
            caller.join()
