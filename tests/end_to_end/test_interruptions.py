"""A run that is ended at any moment: the old version answers until the next `up`, which brings everything in order."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.docker.engine import DockerEngine
from sandbox.process import wait_until
from tests.end_to_end.checkout import Checkout, Ran
from tests.end_to_end.conftest import TINY

pytestmark = [pytest.mark.sandbox, pytest.mark.local_plugins]

INTERRUPTING = Path(__file__).with_name("interrupting.py")


def thorough(*values: object) -> Any:
    return pytest.param(*values, marks=pytest.mark.thorough)


@pytest.fixture(scope="module")
def checkout(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A sandbox with one module, shipped."""
    checkout = Checkout.at(tmp_path_factory.mktemp("interrupted") / "checkout")
    checkout.add("greeter", TINY / "greeter")
    shutil.copy2(INTERRUPTING, checkout.root)
    with checkout.shipped():
        yield checkout


def interrupted_up(checkout: Checkout, moment: str, victim: str, number: signal.Signals) -> Ran:
    """As its own process group, as a shell starts it; waits until its last process is gone."""
    command = [sys.executable, INTERRUPTING.name, moment, victim, number.name, "up"]
    done = subprocess.run(
        command,
        cwd=checkout.root,
        env=checkout.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        start_new_session=True,
    )
    ran = Ran(done.returncode, done.stdout, done.stderr)
    assert f"[{moment}: {number.name} to {victim}]" in ran.stderr, ran
    assert ran.code != 0, ran
    assert "Traceback (most recent call last)" not in ran.stdout + ran.stderr, ran
    return ran


def write_new_words(checkout: Checkout) -> str:
    words = f"words of {time.monotonic()}"
    (checkout.root / "modules" / "greeter" / "words.txt").write_text(words)
    return words


def greeting(checkout: Checkout) -> str:
    answer = checkout.aws("lambda").invoke(
        FunctionName="lambda-images-local-greeter", Qualifier="live", Payload=b'{"name": "smoke"}'
    )
    return str(json.load(answer["Payload"])["greeting"]).removesuffix(", smoke")


def assert_in_order(checkout: Checkout, words: str) -> None:
    assert greeting(checkout) == words
    assert checkout.preview_steps() == {}
    assert "pending_operations" not in checkout.deployment()


@pytest.mark.parametrize(
    ("moment", "victim", "number"),
    [
        thorough("before build", "pulumi", signal.SIGKILL),
        thorough("during build", "pulumi", signal.SIGKILL),
        thorough("during push", "pulumi", signal.SIGKILL),
        thorough("after push", "pulumi", signal.SIGKILL),
        thorough("before UpdateFunctionCode", "pulumi", signal.SIGKILL),
        ("after UpdateFunctionCode", "pulumi", signal.SIGKILL),
        thorough("after PublishVersion", "pulumi", signal.SIGKILL),
        ("before UpdateAlias", "pulumi", signal.SIGKILL),
        thorough("during build", "pulumi", signal.SIGTERM),
        ("after UpdateFunctionCode", "pulumi", signal.SIGTERM),
        ("during build", "group", signal.SIGINT),
        thorough("during push", "group", signal.SIGINT),
        thorough("after UpdateFunctionCode", "group", signal.SIGINT),
        thorough("after push", "sandbox", signal.SIGTERM),
        ("during push", "sandbox", signal.SIGKILL),
        thorough("after UpdateFunctionCode", "sandbox", signal.SIGKILL),
    ],
)
def test_an_update_ended_at(checkout: Checkout, moment: str, victim: str, number: signal.Signals) -> None:
    old = greeting(checkout)
    new = write_new_words(checkout)
    interrupted_up(checkout, moment, victim, number)
    assert greeting(checkout) == old

    checkout.up().ok()
    assert_in_order(checkout, new)


@pytest.mark.parametrize(
    "moment",
    [
        thorough("before build"),
        "during push",
        thorough("after UpdateFunctionCode"),
        thorough("after PublishVersion"),
        thorough("before UpdateAlias"),
    ],
)
def test_an_update_whose_emulator_is_killed(checkout: Checkout, moment: str) -> None:
    """Nobody answers then; `up` starts it again."""
    new = write_new_words(checkout)
    interrupted_up(checkout, moment, "emulator", signal.SIGKILL)
    checkout.up().ok()
    assert_in_order(checkout, new)


@pytest.mark.parametrize(
    ("creating", "deleting"),
    [
        thorough("after CreateRepository", "after DeleteAlias"),
        thorough("after CreateRole", "after DeleteFunction"),
        ("after push", "after DeleteRepository"),
        thorough("after CreateFunction", "after DeleteRole"),
        thorough("after CreateAlias", "after DeleteLogGroup"),
    ],
)
def test_a_modules_first_and_last_update_ended_at(checkout: Checkout, creating: str, deleting: str) -> None:
    """What a killed run has created, its state doesn't know; what it has deleted, its state still has."""
    module = checkout.add("newcomer", TINY / "adder")
    interrupted_up(checkout, creating, "pulumi", signal.SIGKILL)
    checkout.up().ok()
    assert checkout.invoke("newcomer") == {"sum": 6}
    assert checkout.preview_steps() == {}

    shutil.rmtree(module)
    interrupted_up(checkout, deleting, "pulumi", signal.SIGKILL)
    checkout.up().ok()
    assert checkout.preview_steps() == {}
    names = [function["FunctionName"] for function in checkout.aws("lambda").list_functions()["Functions"]]
    assert names == ["lambda-images-local-greeter"]
    roles = [role["RoleName"] for role in checkout.aws("iam").list_roles()["Roles"]]
    assert "lambda-images-local-newcomer" not in roles


@pytest.mark.parametrize(
    "moment",
    ["after CreateSecret", thorough("after CreateBucket"), thorough("after AddPermission"), thorough("after PutRule")],
)
def test_a_first_update_ended_among_secrets_and_triggers(checkout: Checkout, moment: str) -> None:
    module = checkout.add("listener", TINY / "listener")
    with (module / "module.yaml").open("a") as settings:
        settings.write("secrets: {KEY: {}, PEPPER: {store: secretsManager}}\n")
    for variable in ("KEY", "PEPPER"):
        checkout.pulumi("config", "set", "--secret", "--path", f"secrets.listener.{variable}", "planted").ok()
    interrupted_up(checkout, moment, "pulumi", signal.SIGKILL)
    checkout.up().ok()
    assert checkout.preview_steps() == {}

    shutil.rmtree(module)
    checkout.pulumi("config", "rm", "secrets").ok()
    checkout.up().ok()
    assert checkout.preview_steps() == {}


def test_an_update_that_begins_while_another_is_at_work_says_who_is(checkout: Checkout) -> None:
    words = write_new_words(checkout)
    checkout.edit("modules/greeter/Dockerfile", "COPY", "RUN sleep 15\nCOPY")
    first = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "up"],
        cwd=checkout.root,
        env=checkout.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with first:
        wait_until(lambda: (checkout.home / ".lock-holder").read_text() == f"{first.pid}\n", 60, "the first is at work")
        refusal = checkout.up().failed()
    assert first.returncode == 0
    assert f"process {first.pid} of " in refusal
    assert "-m sandbox up" in refusal
    assert_in_order(checkout, words)
