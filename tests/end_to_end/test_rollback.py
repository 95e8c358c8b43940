"""A rollback is one call, stays over updates, and ends with a newer version or when it is released."""

import json
import re
import shutil
import time

import pytest

from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox

WORDS = "modules/greeter/words.txt"


def ship(checkout: Checkout, words: str) -> int:
    """Ship new words, and return the version."""
    (checkout.root / WORDS).write_text(words)
    checkout.up().ok()
    return int(checkout.outputs()["greeter"]["version"])


def greeting(checkout: Checkout) -> str:
    return str(checkout.invoke("greeter")["greeting"]).removesuffix(", smoke")


def released(checkout: Checkout) -> dict[int, dict[str, object]]:
    """What `releases` shows of the greeter, by version."""
    shown = json.loads(checkout.sandbox("releases", "greeter", "--json").ok())["greeter"]
    return {version["version"]: version for version in shown["versions"]}


def test_a_rollback_stays_until_a_newer_version_has_passed(tiny: Checkout) -> None:
    old = int(tiny.outputs()["greeter"]["version"])
    new = ship(tiny, "good evening")

    started = time.monotonic()
    shown = tiny.sandbox("rollback", "greeter", "--reason", "too formal").ok()
    assert time.monotonic() - started < 60, "it needs neither a build nor an update"
    assert re.search(rf"greeter is held at {old} instead of {new} since \S+ by \S+: too formal", shown)
    assert "make release MODULE=greeter" in shown
    assert greeting(tiny) == "hello"
    versions = released(tiny)
    assert (versions[old]["share"], versions[new]["share"]) == (1.0, 0.0)
    assert (versions[old]["passed"], versions[new]["passed"]) == (True, True)

    hold = f"held at {old} instead of {new}"
    assert hold in tiny.sandbox("status").ok()
    assert hold in tiny.preview()
    assert hold in tiny.pulumi("preview").ok()
    assert hold in tiny.up().ok()
    assert greeting(tiny) == "hello", "an update keeps the rollback"
    assert tiny.preview_steps() == {}
    assert hold in tiny.sandbox("status").ok()

    ship(tiny, "good night")
    assert greeting(tiny) == "good night"
    assert "held" not in tiny.sandbox("status").ok()
    assert tiny.preview_steps() == {}


def test_a_newer_version_that_fails_leaves_the_rollback_as_it_is(tiny: Checkout) -> None:
    ship(tiny, "good evening")
    tiny.sandbox("rollback", "greeter").ok()
    app = tiny.root / "modules" / "greeter" / "app.py"
    app.write_text(f"raise RuntimeError('broken')\n{app.read_text()}")
    tiny.up().failed()
    assert greeting(tiny) == "hello"
    assert "held at" in tiny.sandbox("status").ok()


@pytest.mark.parametrize(
    "updated", [pytest.param(False, id="at once"), pytest.param(True, id="after an update", marks=pytest.mark.thorough)]
)
def test_a_release_serves_the_version_that_was_rolled_back_from(tiny: Checkout, updated: bool) -> None:
    new = ship(tiny, "good evening")
    tiny.sandbox("rollback", "greeter").ok()
    if updated:
        tiny.up().ok()
    assert tiny.sandbox("release", "greeter").ok() == f"greeter serves version {new}.\n"
    assert greeting(tiny) == "good evening"
    tiny.up().ok()
    assert greeting(tiny) == "good evening"
    assert tiny.preview_steps() == {}


def test_a_rollback_needs_no_checkout_that_builds_and_no_lock(tiny: Checkout) -> None:
    ship(tiny, "good evening")
    shutil.rmtree(tiny.root / "modules" / "greeter")
    (tiny.root / "modules" / "adder" / "module.yaml").write_text("timout: 5\n")
    lock = tiny.home / "state" / ".pulumi" / "locks" / "organization" / "lambda-images" / "local" / "other.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(
        json.dumps({"pid": 1, "username": "other", "hostname": "other", "timestamp": "2026-01-01T00:00:00Z"})
    )
    try:
        tiny.sandbox("rollback", "greeter").ok()
    finally:
        lock.unlink()
    assert greeting_of_live(tiny) == "hello, smoke"


def greeting_of_live(checkout: Checkout) -> str:
    answer = checkout.aws("lambda").invoke(
        FunctionName="lambda-images-local-greeter", Qualifier="live", Payload=b'{"name": "smoke"}'
    )
    return str(json.load(answer["Payload"])["greeting"])


def test_what_can_not_be_rolled_back_is_refused_and_changes_nothing(tiny: Checkout) -> None:
    old = int(tiny.outputs()["greeter"]["version"])
    new = ship(tiny, "good evening")
    for arguments, refusal in (
        (("rollback", "greter"), "no module 'greter' is deployed to local: did you mean greeter?"),
        (("rollback", "greeter", f"--to={new}"), f"`live` of greeter serves version {new} already"),
        (("rollback", "greeter", "--to=999"), "version 999 of greeter is not known to have passed its checks"),
        (("release", "greeter"), f"greeter is not held, and no canary runs: `live` serves version {new}"),
    ):
        assert refusal in tiny.sandbox(*arguments).failed()
    assert greeting(tiny) == "good evening"

    versions = released(tiny)
    image = {"imageDigest": versions[old]["digest"]}
    tiny.aws("ecr").batch_delete_image(repositoryName="lambda-images-local-greeter", imageIds=[image])
    assert "is gone from the registry" in tiny.sandbox("rollback", "greeter", f"--to={old}").failed()
    assert "(gone from the registry)" in tiny.sandbox("releases", "greeter").ok()
    status = tiny.sandbox("status", "--json")
    problems = json.loads(status.ok())["greeter"]["problems"]
    # Other tests may have raised alarms, and deleted images of other versions.
    (problem,) = (each for each in problems if each.endswith(f" of version {old}, which a rollback could serve"))
    assert f"greeter: {problem}: ship its commit again before you need it" in status.stderr
    assert greeting(tiny) == "good evening"
