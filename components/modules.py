"""The modules of a repository: every folder below `modules/` is one."""

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from components.errors import ComponentError
from components.naming import check_module_name

SMOKE_EVENT = PurePosixPath("events/smoke.json")
"""The event that a new version must answer without an error before it is served."""


@dataclass(frozen=True, kw_only=True)
class Module:
    name: str
    context: str
    """Its folder, relative to the program, with forward slashes."""
    smoke_event: str | None
    """A JSON document, or None where the module has no `events/smoke.json`."""


def find_modules(folder: Path) -> list[Module]:
    """The modules below a folder (relative to the program), by name; hidden folders and `_...` are none.

    Raises ComponentError for a missing folder, a name that AWS would refuse, or a smoke event that is no JSON.
    """
    if not folder.is_dir():
        raise ComponentError(f"there is no folder '{folder}': make it, with a folder for each Lambda function in it")
    found = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith((".", "_")))
    return [_module(entry) for entry in found]


def _module(folder: Path) -> Module:
    check_module_name(folder.name)
    return Module(name=folder.name, context=folder.as_posix(), smoke_event=_smoke_event(folder / SMOKE_EVENT))


def _smoke_event(file: Path) -> str | None:
    """In one canonical form: its formatting is no reason to ask a running version again."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    except ValueError as invalid:
        raise ComponentError(f"{file} is no JSON document: {invalid}; mend or delete it") from invalid
