import pytest

from benchmarks.summary import Summary, ratio


def test_an_outlier_moves_the_most_and_not_the_median() -> None:
    assert Summary.of([2.0, 30.0, 1.0]) == Summary(median=2.0, least=1.0, most=30.0)


def test_it_reads_as_the_median_and_the_range() -> None:
    assert str(Summary.of([2.0, 2.345, 3.0])) == "2.35 (2.00-3.00)"


def test_nothing_measured_is_an_error_not_a_zero() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        Summary.of([])


def test_a_ratio_below_one_says_that_ours_is_faster() -> None:
    assert ratio(ours=[1.0, 1.0, 9.0], theirs=[2.0]) == 0.5
