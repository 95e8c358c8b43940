from datetime import timedelta

import pytest

from sandbox.cli.formatting import format_age, format_table, short_digest


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=12), "12 seconds"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1, minutes=59), "1 hour"),
        (timedelta(days=3, hours=5), "3 days"),
    ],
)
def test_an_age_is_spoken_in_its_largest_unit(age: timedelta, words: str) -> None:
    assert format_age(age) == words


def test_columns_are_as_wide_as_their_widest_cell_and_lines_end_without_spaces() -> None:
    assert format_table([("module", "version"), ("a", "1"), ("thumbnail", "")]) == [
        "module     version",
        "a          1",
        "thumbnail",
    ]


def test_a_digest_is_shortened_to_what_tells_it_apart() -> None:
    assert short_digest("sha256:51d5bcf9fb56d00236791a42796b35cb") == "51d5bcf9fb56"
