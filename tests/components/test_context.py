import os
import time
from pathlib import Path

import pytest

from components.context import files_below
from components.dockerignore import IgnoreRules
from components.errors import ComponentError

ALL = IgnoreRules(())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "fn").mkdir()
    (tmp_path / "fn" / "app.py").write_text("")
    return tmp_path / "fn"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("nowhere", "leads nowhere"),
        ("link", "leads nowhere"),
        ("../outside", "leads out of the module's folder"),
        ("/etc/hostname", "leads out of the module's folder"),
        ("../fn-elsewhere", "leads nowhere"),
    ],
)
def test_a_link_that_the_docker_plugin_would_follow_out_of_the_context_is_refused(
    folder: Path, target: str, why: str
) -> None:
    (folder / "link").symlink_to(target)
    with pytest.raises(ComponentError) as refused:
        files_below(folder, ALL)
    assert str(refused.value).startswith(f"the link '{folder}/link' -> '{target}' {why}: ")
    assert str(refused.value).endswith("make the link in the Dockerfile, or name it in .dockerignore")


def test_a_chain_of_links_counts_by_where_it_ends(folder: Path) -> None:
    (folder.parent / "back").symlink_to("fn/app.py")
    (folder / "there-and-back").symlink_to("../back")
    assert files_below(folder, ALL)["there-and-back"].mode == "link"


def test_a_folder_that_is_a_link_itself_is_read_as_what_it_leads_to(folder: Path) -> None:
    (folder / "inner").symlink_to("app.py")
    (folder.parent / "linked").symlink_to("fn")
    assert files_below(folder.parent / "linked", ALL) == files_below(folder, ALL)


def test_an_ignored_link_may_lead_anywhere(folder: Path) -> None:
    (folder / "link").symlink_to("nowhere")
    assert files_below(folder, IgnoreRules.parse("link")).keys() == {"app.py"}


def test_all_that_is_wrong_with_a_folder_is_told_at_once(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("nowhere")
    with pytest.raises(ComponentError) as refused:
        files_below(folder, ALL)
    link, pipe = str(refused.value).splitlines()
    assert "the link" in link
    assert pipe == f"'{folder}/pipe' is a socket, pipe or device: remove it, or name it in .dockerignore"


def test_a_folder_that_can_not_be_read_hides_nothing_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret").mkdir()
    os.mkfifo(folder / "pipe")
    listed = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(ComponentError, match=r"(?s)can't read '.*secret': Permission denied.*pipe' is a socket"):
        files_below(folder, ALL)


def test_five_thousand_files_are_read_in_a_moment(folder: Path) -> None:
    for number in range(5000):
        file = folder / str(number % 50) / f"{number}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(str(number))
    started = time.monotonic()
    assert len(files_below(folder, ALL)) == 5001
    assert time.monotonic() - started < 5
