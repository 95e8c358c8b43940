import pytest

from operations.functions import shortened


def test_long_texts_are_cut_wherever_they_are() -> None:
    answer = {"pictures": [{"data": "x" * 1000}], "width": 3}
    assert shortened(answer) == {"pictures": [{"data": f"{'x' * 24}... (1,000 characters)"}], "width": 3}


@pytest.mark.parametrize("answer", [None, True, 1.5, "short", [], {"a": "b"}])
def test_a_short_answer_stays_as_it_is(answer: object) -> None:
    assert shortened(answer) == answer
