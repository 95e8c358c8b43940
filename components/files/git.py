"""What git knows about the files of the checkout, which is the current folder. Without git, nothing is known."""

import os
import posixpath
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from components.files.checkout import read

SUBMODULES_FILE = ".gitmodules"
_MAX_SUBMODULES_BYTES = 2**20
_SUBMODULE_PATH = re.compile(r'^[^\S\n]*path[^\S\n]*=[^\S\n]*"?(.*?)"?\s*$', re.MULTILINE)


def ignored(folders: Iterable[str]) -> frozenset[str] | None:
    """The untracked paths in these folders that git ignores. The path of a folder stands for all that is in it.

    None if that isn't known, because git or the repository is missing, or because the whole checkout is ignored.
    """
    found = _listed("--others", "--ignored", "--exclude-standard", "--directory", "--", *folders)
    return None if found is None or found & {"", "."} else found


def untracked(paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that are in no commit and about to be in none. All of them if that isn't known."""
    paths = frozenset(paths)
    return paths - (_listed("--", *paths) or frozenset()) if paths else paths


def _listed(*arguments: str) -> frozenset[str] | None:
    command = ["git", "--literal-pathspecs", "ls-files", "-z", *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="surrogateescape"
        )
    except OSError:
        return None
    return frozenset(map(posixpath.normpath, filter(None, done.stdout.split("\0")))) if done.returncode == 0 else None


def missing_submodules(folder: Path = Path()) -> Iterator[Path]:
    """Yield the folders of the checkout's submodules, and of submodules in these, that are empty or not there.

    Raises ComponentError if a file that lists submodules can't be read.
    """
    listing = folder / SUBMODULES_FILE
    if not listing.is_file():
        return
    for path in _SUBMODULE_PATH.findall(read(listing, _MAX_SUBMODULES_BYTES).decode("utf-8", "surrogateescape")):
        submodule = folder / path
        if not Path(os.path.realpath(submodule)).is_relative_to(os.path.realpath(folder)):
            continue  # git itself refuses such a path
        if not submodule.is_dir() or not any(submodule.iterdir()):
            yield submodule
        else:
            yield from missing_submodules(submodule)
