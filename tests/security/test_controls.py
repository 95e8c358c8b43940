from pathlib import Path

from tests.security.controls import CONTROLS, table

PAGE = Path(__file__).parents[2] / "docs" / "security.md"


def test_the_page_has_the_table_of_all_controls() -> None:
    assert table() in PAGE.read_text(), "put what `python -m tests.security.controls` prints in its place"


def test_no_control_is_listed_twice() -> None:
    ids = [control.id for control in CONTROLS]
    assert len(ids) == len({*ids})


def test_a_control_that_fails_or_that_nobody_can_look_up_has_a_note() -> None:
    assert all(control.note or (control.look and control.passes) for control in CONTROLS)
