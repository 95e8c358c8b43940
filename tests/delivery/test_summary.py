"""The summary of a deployment: which versions it put into service."""

import json
from pathlib import Path

import pytest

from delivery.live import Function
from delivery.stack import Stack
from delivery.summary import Served, lines, main, served


def version(number: int, share: float = 1, commit: str | None = "0123456789ab") -> dict[str, object]:
    return {"version": number, "digest": f"sha256:{number}{'0' * 63}", "commit": commit, "share": share}


ROLLBACK = "`gh workflow run rollback.yml -f stack=dev -f module={} -f version={}`"


def row(before: Served | None, now: Served | None) -> str:
    """The row of a module in a stack where another module stays as it is."""
    same = {"same": [version(1)]}
    found = [{**same, **({} if versions is None else {"orders": versions})} for versions in (before, now)]
    shown = list(lines("dev", *found))
    assert shown[:4] == ["### Versions in `dev`", "", "| module | before | now | to roll back |", "|---|---|---|---|"]
    assert shown[5:] == ["", "1 module unchanged."]
    return shown[4]


def test_a_new_version_has_the_command_that_rolls_it_back() -> None:
    assert row([version(3)], [version(4)]) == (
        "| `orders` | 3 (image `300000000000`, commit `0123456789ab`) "
        "| 4 (image `400000000000`, commit `0123456789ab`) "
        f"| {ROLLBACK.format('orders', 3)} |"
    )


def test_a_canary_shows_its_share() -> None:
    now = row([version(3, commit=None)], [version(3, 0.9, None), version(4, 0.1, None)])
    assert "| 3 at 90% (image `300000000000`), 4 at 10% (image `400000000000`) |" in now


@pytest.mark.parametrize(
    ("before", "now", "cells"),
    [
        (None, [version(1, commit=None)], "not deployed | 1 (image `100000000000`) |  |"),
        ([], [version(1, commit=None)], "nothing is served | 1 (image `100000000000`) |  |"),
        ([version(1, commit=None)], None, "1 (image `100000000000`) | not deployed |  |"),
    ],
)
def test_there_is_nothing_to_roll_back_to_without_two_versions(
    before: Served | None, now: Served | None, cells: str
) -> None:
    assert row(before, now) == f"| `orders` | {cells}"


def test_a_deployment_that_changes_nothing_has_no_table() -> None:
    same = {"orders": [version(1)], "other": []}
    assert list(lines("dev", same, same)) == ["### Versions in `dev`", "", "2 modules unchanged."]


def test_what_is_served_is_noted_and_compared(
    orders: Function, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dev = Stack("lambda-images", "dev", "lambda-images-dev", orders.client)
    monkeypatch.setattr(Stack, "of", lambda name: dev)
    monkeypatch.setattr("sys.argv", ["summary", "--stack=dev", "--json"])
    main()
    noted = capsys.readouterr().out
    ((before,),) = json.loads(noted).values()
    assert (before["version"], before["commit"], before["share"]) == (3, "3c0ffee", 1)
    Path("before.json").write_text(noted)
    orders.roll_back(1, "alice", "")
    monkeypatch.setattr("sys.argv", ["summary", "--stack=dev", "--before=before.json"])
    main()
    printed = capsys.readouterr().out
    assert ROLLBACK.format("orders", 3) in printed
    assert served(orders)[0]["version"] == 1


def test_a_note_that_is_missing_ends_the_command(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delivery.summary.all_served", lambda stack: {})
    monkeypatch.setattr("sys.argv", ["summary", "--stack=dev", "--before=before.json"])
    with pytest.raises(SystemExit, match=r"error: .*No such file.*before\.json"):
        main()
