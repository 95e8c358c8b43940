"""Which saves are changes of a module, and where they are looked for."""

import shutil
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, Layout
from sandbox.watch.snapshot import Snapshot

SHARING = PROJECT / "examples" / "sharing"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout whose two modules share a library."""
    shutil.copytree(SHARING, tmp_path / "checkout")
    for file in ("Pulumi.yaml", "sandbox/Pulumi.local.yaml"):
        shutil.copy(PROJECT / file, tmp_path / "checkout")
    return Layout(project=tmp_path / "checkout", home=tmp_path / "home", tools=tmp_path / "tools")


def test_a_change_is_one_of_what_the_image_is_built_from_or_of_settings(layout: Layout) -> None:
    before = Snapshot.take(layout)
    assert Snapshot.take(layout).changed(before, []) == {}
    handler = layout.project / "modules/quote/handler.py"
    handler.write_text(f"{handler.read_text()}# saved\n")
    for beside in (".handler.py.swp", "notes.md"):  # the ignore file leaves them out
        (handler.parent / beside).touch()
    assert Snapshot.take(layout).changed(before, []) == {"quote": ["~ modules/quote/handler.py"]}
    (layout.project / "modules/invoice/module.yaml").write_text("context: ../..\nmemorySize: 256\n")
    assert Snapshot.take(layout).changed(before, [])["invoice"] == ["~ settings"]
    assert Snapshot.take(layout).changed(before, ["invoice"]).keys() == {"invoice"}


def test_shared_code_changes_each_module_that_has_it(layout: Layout) -> None:
    before = Snapshot.take(layout)
    (layout.project / "shared/pricing/__init__.py").write_text("")
    assert Snapshot.take(layout).changed(before, []).keys() == {"quote", "invoice"}


def test_what_editors_write_beside_a_file_is_no_change_even_where_nothing_is_ignored(layout: Layout) -> None:
    plain = shutil.copytree(PROJECT / "tests/end_to_end/modules/adder", layout.project / "modules/adder")
    before = Snapshot.take(layout)
    for beside in (".app.py.swp", "app.py~", "4913", ".#app.py"):
        (plain / beside).touch()
    assert Snapshot.take(layout).changed(before, []) == {}
    (plain / "new.py").touch()
    assert Snapshot.take(layout).changed(before, []) == {"adder": ["+ new.py"]}


def test_new_modules_and_those_without_a_folder_are_changes(layout: Layout) -> None:
    before = Snapshot.take(layout)
    (layout.project / "modules/quote").rename(layout.project / "modules/offer")
    for name in ("Dockerfile", "Dockerfile.dockerignore"):
        file = layout.project / "modules/offer" / name
        file.write_text(file.read_text().replace("modules/quote", "modules/offer"))
    assert Snapshot.take(layout).changed(before, []) == {"offer": ["new"], "quote": ["gone"]}


def test_folders_are_watched_in_which_the_modules_have_files(layout: Layout) -> None:
    folders, files = Snapshot.take(layout).places(layout)
    assert folders == {layout.project / "modules", layout.project / "shared"}
    assert {layout.project / "Pulumi.yaml", layout.project / "Pulumi.local.yaml"} <= files


def test_all_mistakes_are_one_error(layout: Layout) -> None:
    (layout.project / "modules/quote/Dockerfile").unlink()
    (layout.project / "modules/invoice/Dockerfile").unlink()
    with pytest.raises(SandboxError) as mistakes:
        Snapshot.take(layout)
    assert {"modules/quote/Dockerfile" in str(mistakes.value), "modules/invoice/Dockerfile" in str(mistakes.value)} == {
        True
    }
