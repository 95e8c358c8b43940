import pytest

from benchmarks.settings import PARTS, SIZES, Settings
from sandbox.errors import SandboxError


def test_without_a_word_everything_runs_five_times_and_the_machine_is_left_as_it_is() -> None:
    assert Settings.of({}) == Settings(runs=5, parts=PARTS, sizes=SIZES, minutes=10, sam=False)


def test_runs_parts_and_sizes_can_be_chosen() -> None:
    chosen = Settings.of({"RUNS": "1", "PARTS": "scale, compare", "SIZES": "1,10", "MINUTES": "2", "BENCH_SAM": "1"})
    assert chosen == Settings(runs=1, parts=("scale", "compare"), sizes=(1, 10), minutes=2, sam=True)


@pytest.mark.parametrize(
    "environ",
    [{"RUNS": "0"}, {"RUNS": "many"}, {"MINUTES": "-1"}, {"SIZES": "10,-1"}, {"PARTS": "compare,speed"}],
    ids=str,
)
def test_what_can_not_be_is_refused_by_name(environ: dict[str, str]) -> None:
    with pytest.raises(SandboxError, match=next(iter(environ))):
        Settings.of(environ)
