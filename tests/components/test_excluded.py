import json
from pathlib import Path

from components.excluded import MODULES, OUTPUTS, Excluded


def test_nothing_is_excluded_by_default() -> None:
    assert Excluded.of({}) == Excluded([], {})


def test_excluded_modules_keep_their_outputs_and_no_others_do(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"a": {"version": "1"}, "b": {"version": "2"}}))
    excluded = Excluded.of({MODULES: "b new", OUTPUTS: str(file)})
    assert excluded == Excluded(["b", "new"], {"b": {"version": "2"}})
