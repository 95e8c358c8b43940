"""Which version the alias serves, decided from its own record."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.function.release import (
    MAX_DESCRIPTION_LENGTH,
    MAX_PASSED,
    Hold,
    Live,
    next_live,
    released,
    rolled_back,
)

SINCE = "2026-11-28T14:30:00Z"
versions = st.integers(1, 99_999)
names = st.from_regex(re.compile(r"[A-Za-z0-9@._/-]{1,40}", re.ASCII), fullmatch=True)
reasons = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=60)
holds = st.builds(Hold, versions, versions, st.just(SINCE), names, reasons)
records = st.builds(
    Live, versions, st.lists(versions, min_size=1, max_size=MAX_PASSED, unique=True).map(tuple), st.none() | holds
)


def test_the_first_version_is_served() -> None:
    assert next_live(None, 1) == Live(1, (1,))
    assert not next_live(None, 1).exists
    assert next_live(Live(1, (1,)), 2).exists


def test_a_newer_version_is_served() -> None:
    assert next_live(Live(7, (6, 7)), 8) == Live(8, (6, 7, 8))


def test_nothing_changes_while_the_newest_version_is_served() -> None:
    assert next_live(Live(7, (6, 7)), 7) == Live(7, (6, 7))


def test_a_version_of_before_there_were_records_has_passed() -> None:
    assert next_live(Live.read(7, ""), 8) == Live(8, (7, 8))
    assert Live.read(7, "made by hand") == Live(7, (7,))


HELD = rolled_back(Live(8, (6, 7, 8)), 7, SINCE, "alice", "wrong totals")


def test_a_rollback_stays_until_a_newer_version_has_passed() -> None:
    assert Live(7, (6, 7, 8), Hold(7, 8, SINCE, "alice", "wrong totals")) == HELD
    assert next_live(HELD, 8) == HELD
    assert next_live(next_live(HELD, 8), 9) == Live(9, (6, 7, 8, 9))


def test_a_second_rollback_is_held_back_from_the_same_version_as_the_first() -> None:
    again = rolled_back(HELD, 6, SINCE, "bob")
    assert again == Live(6, (6, 7, 8), Hold(6, 8, SINCE, "bob"))
    assert next_live(again, 8) == again


@pytest.mark.parametrize("version", [8, 9])
def test_a_move_to_no_older_version_is_not_a_hold(version: int) -> None:
    assert rolled_back(HELD, version, SINCE, "bob") == Live(version, (6, 7, 8))


def test_an_alias_that_was_moved_during_a_hold_goes_back_to_the_held_version() -> None:
    moved = Live(6, HELD.passed, HELD.hold)
    assert next_live(moved, 8) == HELD


def test_the_end_of_a_hold_serves_the_version_that_was_rolled_back_from() -> None:
    assert released(HELD) == Live(8, (6, 7, 8))
    assert released(Live(8, (8,))) == Live(8, (8,))


@pytest.mark.parametrize(
    ("live", "description"),
    [
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
    assert (found.version, found.passed) == (live.version, live.passed)
    if live.hold:
        assert found.hold and (found.hold.version, found.hold.instead_of) == (live.hold.version, live.hold.instead_of)
        assert live.hold.reason.strip().startswith(found.hold.reason.strip())


@given(records | st.none(), versions)
def test_the_newest_version_is_served_unless_it_is_held_back(current: Live | None, newest: int) -> None:
    wanted = next_live(current, newest)
    held_back = current is not None and current.hold is not None and newest <= current.hold.instead_of
    assert wanted.version == (current.hold.version if held_back and current and current.hold else newest)
    assert (wanted.hold is not None) == held_back
    assert newest in wanted.passed and len(wanted.passed) <= MAX_PASSED
    assert next_live(wanted, newest) == wanted, "another update changes nothing"


@given(st.text(max_size=300), versions)
def test_any_description_can_be_read(description: str, version: int) -> None:
    assert Live.read(version, description).version == version
