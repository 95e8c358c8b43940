"""The modules of a repository: every folder below `modules/` is one."""

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pulumi

from components.content import BuildSpec, Content
from components.context import reading
from components.errors import ComponentError, Problems
from components.naming import is_module_name, physical_name
from components.settings import StackSettings

SMOKE_EVENT = PurePosixPath("events/smoke.json")
"""The event that a new version must answer without an error before it is served."""


@dataclass(frozen=True, kw_only=True)
class Module:
    name: str
    physical_name: str
    """Of its function, role and repository."""
    content: Content
    smoke_event: str | None
    """A JSON document, or None where the module has no `events/smoke.json`."""


def find_modules(folder: Path, settings: StackSettings) -> list[Module]:
    """The modules below a folder (relative to the program), by name; hidden folders and `_...` are none.

    Raises ComponentError for everything that is wrong with any of them, before anything is changed.
    """
    modules: list[Module] = []
    problems = Problems()
    for entry in _entries(folder):
        with problems.noted():
            if entry.is_dir():
                modules.append(read_module(entry, settings))
            else:
                _refuse_misplaced(entry)
    problems.raise_any()
    if not modules:
        raise ComponentError(
            f"there is no module in '{folder}', and an update would delete every function: "
            "make a folder with a Dockerfile in it, or delete them with `pulumi destroy`"
        )
    return modules


def module_folders(folder: Path) -> list[Path]:
    """Those of modules below a folder, by name, whatever is in them. Raises ComponentError."""
    return [entry for entry in _entries(folder) if entry.is_dir()]


def read_module(folder: Path, settings: StackSettings) -> Module:
    """Raises ComponentError for everything that is wrong with it."""
    problems = Problems()
    with problems.noted():
        name = physical_name(pulumi.get_project(), pulumi.get_stack(), folder.name)
    with problems.noted():
        spec = BuildSpec(context=folder.as_posix(), args=settings.build_args, platform=settings.architecture.platform)
        content = Content.read(spec)
    with problems.noted():
        smoke_event = _smoke_event(folder / SMOKE_EVENT)
    problems.raise_any()
    return Module(name=folder.name, physical_name=name, content=content, smoke_event=smoke_event)


@reading()
def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ComponentError(f"there is no folder '{folder}': make it, with a folder for each Lambda function in it")
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "_")))


def _refuse_misplaced(entry: Path) -> None:
    """What was meant to be a module's folder, and isn't one: the function would be deleted without a word."""
    if entry.is_symlink() and not entry.exists():
        raise ComponentError(f"the link '{entry}' leads nowhere: mend or delete it")
    if is_module_name(entry.name):
        raise ComponentError(f"'{entry}' is a file, and a module is a folder: delete it, or put a `_` before its name")


@reading()
def _smoke_event(file: Path) -> str | None:
    """In one canonical form: its formatting is no reason to ask a running version again."""
    if not file.exists():
        return None
    try:
        event = json.loads(file.read_bytes())
    except ValueError as invalid:
        raise ComponentError(f"{file} is no JSON document: {invalid}; mend or delete it") from invalid
    return json.dumps(event, sort_keys=True, separators=(",", ":"))
