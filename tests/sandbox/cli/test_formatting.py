from datetime import timedelta

import pytest

from sandbox.cli.formatting import format_age


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
