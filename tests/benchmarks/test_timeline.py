import time
from pathlib import Path

from benchmarks.timeline import watched


def test_each_event_has_the_moment_at_which_it_was_written(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text('{"of": "an earlier run"}\n')
    with watched(log) as timeline:
        time.sleep(0.1)
        with log.open("w", buffering=1) as file:
            file.write('{"sequence": 0}\n{"sequ')
            file.flush()
            time.sleep(1)
            file.write('ence": 1}\n')
    (first, event), (second, other) = timeline.events
    assert (event, other) == ({"sequence": 0}, {"sequence": 1})
    assert 0.1 <= first < 1.1 <= second


def test_a_command_that_writes_no_events_gives_none(tmp_path: Path) -> None:
    with watched(tmp_path / "events.jsonl") as timeline:
        pass
    assert timeline.events == []
