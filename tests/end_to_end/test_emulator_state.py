"""The emulator's state over a stop and over a loss."""

import shutil

import psutil
import pytest

from tests.end_to_end.checkout import Checkout

pytestmark = pytest.mark.sandbox


def emulator_of(checkout: Checkout) -> psutil.Process:
    (process,) = (
        process
        for process in psutil.process_iter(["cmdline"])
        if "sandbox.emulator.main" in (process.info["cmdline"] or []) and str(checkout.home) in str(process.environ())
    )
    return process


def test_state_outlives_a_clean_stop(tiny: Checkout) -> None:
    before = tiny.outputs()
    process = emulator_of(tiny)
    process.terminate()
    process.wait(30)
    assert "nothing changed" in tiny.up().ok().lower()
    assert tiny.outputs() == before
    assert tiny.invoke("adder") == {"sum": 6}


def test_after_a_loss_of_all_state_the_next_up_makes_everything_anew(tiny: Checkout) -> None:
    process = emulator_of(tiny)
    process.kill()
    process.wait(30)
    shutil.rmtree(tiny.home / "emulator")
    tiny.up().ok()
    assert tiny.invoke("adder") == {"sum": 6}
    assert tiny.invoke("greeter") == {"greeting": "hello, smoke"}
    assert tiny.preview_steps() == {}
