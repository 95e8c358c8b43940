from tests.security.controls import CONTROLS, PAGE, table


def test_the_page_has_the_table_of_all_controls() -> None:
    assert table() in PAGE.read_text(), "run `make docs`"


def test_no_control_is_listed_twice() -> None:
    ids = [control.id for control in CONTROLS]
    assert len(ids) == len({*ids})


def test_a_control_that_fails_or_that_nobody_can_look_up_has_a_note() -> None:
    assert all(control.note or (control.look and control.passes) for control in CONTROLS)
