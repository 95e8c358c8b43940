"""Waits until files of the checkout are saved. What editors write beside a file doesn't count."""

import re
import threading
from collections.abc import Collection, Iterable
from pathlib import Path

from watchfiles import BaseFilter, watch

from sandbox.errors import SandboxError

QUIET_MILLISECONDS = 60
"""How long nothing must be written after a save. Editors write a file in several steps."""
LONGEST_MILLISECONDS = 1000
"""After this time a save counts, even if something is still being written."""
POLL_MILLISECONDS = 500
"""How often single files are looked at. An editor may replace a file, which is then another one."""
EDITORS_FILES = (
    r"\.sw.x?$",  # Vim
    r"^4913$",  # Vim tries whether it can write there
    r"~$",
    r"^\.#",  # Emacs
    r"^#.*#$",
    r"___jb_...___$",  # JetBrains
    r"^\.goutputstream-",  # GNOME
    r"^\.DS_Store$",
)
"""The names of files that editors write beside the one that is saved: swap files, backups, locks."""


class WithoutEditorsFiles(BaseFilter):
    ignore_dirs = (".git", ".hg", ".svn", "__pycache__")
    ignore_entity_patterns = EDITORS_FILES


def is_an_editors(path: str) -> bool:
    """Return whether a file is one that editors write beside the one that is saved."""
    name = path.rpartition("/")[2]
    return any(re.search(pattern, name) for pattern in EDITORS_FILES)


class Saves:
    """Watches folders with all that is in them, and single files, in a thread."""

    def __init__(self) -> None:
        self._happened = threading.Event()
        self._places: tuple[frozenset[Path], frozenset[Path]] = frozenset(), frozenset()
        self._stop = threading.Event()
        self._failed: OSError | None = None

    def watch(self, folders: Collection[Path], files: Collection[Path]) -> None:
        """Watch these from now on, instead of what was watched before."""
        if self._places != (places := (frozenset(folders), frozenset(files))):
            self.stop()
            self._places, self._stop = places, threading.Event()
            threading.Thread(target=self._run, args=(*places, self._stop), name="saves", daemon=True).start()

    def wait(self) -> None:
        """Return when something was saved since the last call: at once if that was before the call.

        Raises SandboxError if the folders can't be watched.
        """
        self._happened.wait()
        self._happened.clear()
        if self._failed:
            what = f"the checkout can't be watched: {self._failed}"
            raise SandboxError(what, "set WATCHFILES_FORCE_POLLING=true, if this machine can't watch more folders")

    def stop(self) -> None:
        self._stop.set()

    def _run(self, folders: Iterable[Path], files: Iterable[Path], stop: threading.Event) -> None:
        before: dict[Path, tuple[int, int]] | None = None
        changes = watch(
            *folders,
            watch_filter=WithoutEditorsFiles(),
            debounce=LONGEST_MILLISECONDS,
            step=QUIET_MILLISECONDS,
            rust_timeout=POLL_MILLISECONDS,
            stop_event=stop,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        try:
            for saved in changes:  # the first ones tell that it has begun: there may have been saves before
                now = _times(files)
                if saved or now != before:
                    self._happened.set()
                before = now
        except OSError as failed:
            self._failed = failed
            self._happened.set()


def _times(files: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    found = {}
    for file in files:
        try:
            status = file.stat()
            found[file] = (status.st_mtime_ns, status.st_ino)
        except OSError:  # it isn't there
            continue
    return found
