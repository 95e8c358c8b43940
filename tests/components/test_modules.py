from pathlib import Path

import pytest

from components.errors import ComponentError
from components.modules import Module, find_modules


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = Path("modules")
    folder.mkdir()
    return folder


def test_every_folder_is_a_module_in_the_order_of_their_names(folder: Path) -> None:
    for name in ("thumbnail", "ai-model"):
        (folder / name).mkdir()
    assert find_modules(folder) == [
        Module(name="ai-model", context="modules/ai-model", smoke_event=None),
        Module(name="thumbnail", context="modules/thumbnail", smoke_event=None),
    ]


def test_files_hidden_folders_and_caches_are_no_modules(folder: Path) -> None:
    (folder / "README.md").write_text("")
    for name in (".idea", "__pycache__", "_shared"):
        (folder / name).mkdir()
    assert find_modules(folder) == []


def test_a_smoke_event_is_read_in_one_form_whatever_its_formatting(folder: Path) -> None:
    for name, text in (("one", '{"b": 1,\n "a": [1, 2]}'), ("two", '{"a":[1,2],"b":1}')):
        (folder / name / "events").mkdir(parents=True)
        (folder / name / "events" / "smoke.json").write_text(text)
    one, two = find_modules(folder)
    assert one.smoke_event == two.smoke_event == '{"a":[1,2],"b":1}'


def test_a_smoke_event_that_is_no_json_is_named_with_the_place(folder: Path) -> None:
    (folder / "one" / "events").mkdir(parents=True)
    (folder / "one" / "events" / "smoke.json").write_text('{"a": }')
    with pytest.raises(ComponentError, match=r"modules/one/events/smoke.json .* line 1 column 7"):
        find_modules(folder)


def test_an_impossible_name_is_refused(folder: Path) -> None:
    (folder / "My_Module").mkdir()
    with pytest.raises(ComponentError, match="'My_Module' can't be the name of a module"):
        find_modules(folder)


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(ComponentError, match="there is no folder 'elsewhere'"):
        find_modules(Path("elsewhere"))
