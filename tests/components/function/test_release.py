"""Which version the alias serves, decided from its own record."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.function.release import (
    MAX_DESCRIPTION_LENGTH,
    MAX_PASSED,
    Canary,
    Hold,
    Live,
    Plan,
    next_live,
    next_step,
    released,
    rolled_back,
)

NOW = "2026-11-29T08:00:00Z"
SINCE = "2026-11-28T14:30:00Z"
versions = st.integers(1, 99_999)
names = st.from_regex(re.compile(r"[A-Za-z0-9@._/-]{1,40}", re.ASCII), fullmatch=True)
reasons = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=60)
holds = st.builds(Hold, versions, versions, st.just(SINCE), names, reasons)
percents = st.integers(1, 99)
shares = st.lists(percents, min_size=1, max_size=4, unique=True).map(lambda some: tuple(sorted(some)))
plans = st.builds(Plan, shares, st.integers(1, 1440))
canaries = st.builds(lambda plan, version: plan.begin(version, SINCE), plans, versions)
passed = st.lists(versions, min_size=1, max_size=MAX_PASSED, unique=True).map(tuple)
records = (
    st.builds(Live, versions, passed)
    | st.builds(Live, versions, passed, hold=holds)
    | st.builds(Live, versions, passed, canary=canaries)
)


def at_once(current: Live | None, newest: int) -> Live:
    """What is served next without a canary."""
    return next_live(current, newest, None, NOW)


def test_the_first_version_is_served() -> None:
    assert at_once(None, 1) == Live(1, (1,))


def test_a_newer_version_is_served() -> None:
    assert at_once(Live(7, (6, 7)), 8) == Live(8, (6, 7, 8))


def test_nothing_changes_while_the_newest_version_is_served() -> None:
    assert at_once(Live(7, (6, 7)), 7) == Live(7, (6, 7))


def test_a_version_of_before_there_were_records_has_passed() -> None:
    assert at_once(Live.read(7, ""), 8) == Live(8, (7, 8))
    assert Live.read(7, "made by hand") == Live(7, (7,))


HELD = rolled_back(Live(8, (6, 7, 8)), 7, SINCE, "alice", "wrong totals")


def test_a_rollback_stays_until_a_newer_version_has_passed() -> None:
    assert Live(7, (6, 7, 8), Hold(7, 8, SINCE, "alice", "wrong totals")) == HELD
    assert at_once(HELD, 8) == HELD
    assert at_once(at_once(HELD, 8), 9) == Live(9, (6, 7, 8, 9))


def test_a_second_rollback_is_held_back_from_the_same_version_as_the_first() -> None:
    again = rolled_back(HELD, 6, SINCE, "bob")
    assert again == Live(6, (6, 7, 8), Hold(6, 8, SINCE, "bob"))
    assert at_once(again, 8) == again


@pytest.mark.parametrize("version", [8, 9])
def test_a_move_to_no_older_version_is_not_a_hold(version: int) -> None:
    assert rolled_back(HELD, version, SINCE, "bob") == Live(version, (6, 7, 8))


def test_an_alias_that_was_moved_during_a_hold_goes_back_to_the_held_version() -> None:
    moved = Live(6, HELD.passed, HELD.hold)
    assert at_once(moved, 8) == HELD


def test_the_end_of_a_hold_serves_the_version_that_was_rolled_back_from() -> None:
    assert released(HELD) == Live(8, (6, 7, 8))
    assert released(Live(8, (8,))) == Live(8, (8,))


PLAN = Plan((10, 50), 15)
CANARY = Live(7, (6, 7), canary=Canary(8, 10, NOW, 15, (50,)))


def test_a_new_version_gets_a_share_until_its_time_is_over() -> None:
    assert next_live(Live(7, (6, 7)), 8, PLAN, NOW) == CANARY
    assert CANARY.weights == {8: 0.1}
    assert next_live(CANARY, 8, PLAN, "later") == CANARY, "another update changes nothing"
    half = next_step(CANARY, "later")
    assert half == Live(7, (6, 7), canary=Canary(8, 50, "later", 15))
    assert next_step(half, "at last") == Live(8, (6, 7, 8))


@pytest.mark.parametrize("served", [None, Live(8, (6, 7, 8)), Live(8, ()), Live(7, (6, 7, 8))])
def test_there_is_no_canary_of_a_first_version_nor_of_one_that_has_served_all_traffic(served: Live | None) -> None:
    assert next_live(served, 8, PLAN, NOW).canary is None
    assert next_live(served, 8, PLAN, NOW).version == 8


def test_a_version_newer_than_the_one_rolled_back_from_becomes_a_canary_beside_the_held_one() -> None:
    assert next_live(HELD, 9, PLAN, NOW) == Live(7, (6, 7, 8), canary=PLAN.begin(9, NOW))


def test_a_canary_that_is_given_up_is_held_back_and_has_not_passed() -> None:
    failed = rolled_back(CANARY, 7, NOW, "promote", "3 errors in 9 calls")
    assert failed == Live(7, (6, 7), Hold(7, 8, NOW, "promote", "3 errors in 9 calls"))
    assert next_live(failed, 8, PLAN, NOW) == failed
    assert released(failed) == Live(8, (6, 7, 8)), "somebody decides that it is good"


def test_a_canary_is_released_early() -> None:
    assert released(CANARY) == Live(8, (6, 7, 8))


def test_without_the_setting_a_canary_gets_all_traffic() -> None:
    assert at_once(CANARY, 8) == Live(8, (6, 7, 8))


def test_a_decision_knows_what_was_served_when_it_was_made() -> None:
    assert at_once(HELD, 9).seen == HELD
    assert at_once(None, 1).seen is None


@pytest.mark.parametrize(
    ("live", "description"),
    [
        (CANARY, f"passed 6 7; canary of 8 at 10% since {NOW} for 15 minutes, then 50%"),
        (Live(7, (6, 7)), "passed 6 7"),
        (HELD, f"passed 6 7 8; held at 7 instead of 8 since {SINCE} by alice: wrong totals"),
        (Live(7, (7, 8), Hold(7, 8, SINCE, "bob")), f"passed 7 8; held at 7 instead of 8 since {SINCE} by bob"),
    ],
)
def test_the_description_is_a_sentence_that_can_be_read_back(live: Live, description: str) -> None:
    assert live.description == description
    assert Live.read(live.version, description) == live


@given(records)
def test_a_record_survives_being_written_and_read(live: Live) -> None:
    assert len(live.description) <= MAX_DESCRIPTION_LENGTH
    found = Live.read(live.version, live.description)
    assert (found.version, found.passed, found.canary) == (live.version, live.passed, live.canary)
    if live.hold:
        assert found.hold and (found.hold.version, found.hold.instead_of) == (live.hold.version, live.hold.instead_of)
        assert live.hold.reason.strip().startswith(found.hold.reason.strip())


@given(records | st.none(), versions, st.none() | plans)
def test_the_newest_version_is_served_unless_it_is_held_back_or_a_canary(
    current: Live | None, newest: int, plan: Plan | None
) -> None:
    wanted = next_live(current, newest, plan, NOW)
    held_back = current is not None and current.hold is not None and newest <= current.hold.instead_of
    assert (wanted.hold is not None) == held_back
    assert not (wanted.hold and wanted.canary)
    assert len(wanted.passed) <= MAX_PASSED
    if wanted.canary:
        assert plan and current and wanted.version == current.version != newest == wanted.canary.version
        assert newest not in current.passed and wanted.passed == current.passed
        assert 0 < wanted.weights[newest] < 1
    elif not held_back:
        assert wanted.version == newest and newest in wanted.passed and wanted.weights == {}
    assert next_live(wanted, newest, plan, "later") == wanted, "another update changes nothing"


@given(records, versions)
def test_a_canary_ends_after_its_steps_and_a_rollback_ends_it_at_once(live: Live, to: int) -> None:
    assert rolled_back(live, to, NOW, "alice").canary is None
    steps = [live]
    while steps[-1].canary:
        steps.append(next_step(steps[-1], NOW))
    assert len(steps) == (2 + len(live.canary.then) if live.canary else 1)
    if live.canary:
        assert (steps[-1].version, steps[-1].hold) == (live.canary.version, None)


@given(st.text(max_size=300), versions)
def test_any_description_can_be_read(description: str, version: int) -> None:
    assert Live.read(version, description).version == version
