"""The emulator's root user's access keys: a random pair for each sandbox, in a file that only its user can read."""

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def ensure(file: Path) -> dict[str, str]:
    """Return the keys as AWS clients read them from the environment. They are created if the file is missing."""
    if not file.exists():
        _make(file, {"AWS_ACCESS_KEY_ID": _key_id(), "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30)})
    keys: dict[str, str] = json.loads(file.read_text())
    return keys


def _key_id() -> str:
    return f"AKIA{secrets.token_hex(8).upper()}"


def _make(file: Path, keys: Mapping[str, str]) -> None:
    """Write the file atomically. If several commands do so at once, the first one wins."""
    handle, unfinished = tempfile.mkstemp(dir=file.parent)  # readable by this user alone
    with os.fdopen(handle, "w") as writing:
        json.dump(keys, writing)
    with suppress(FileExistsError):
        os.link(unfinished, file)
    os.unlink(unfinished)
