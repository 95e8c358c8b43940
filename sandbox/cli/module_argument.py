"""The argument MODULE of the verbs that are about one module or several."""

from collections.abc import Sequence
from typing import Annotated

import typer

from components.module_folder import is_hidden
from components.printable import printable
from sandbox.layout import Layout


def complete_names(incomplete: str) -> list[str]:
    """Complete a module's name in the shell. The folders are not checked further, because that would take too long."""
    entries = (Layout.of().project / "modules").iterdir()
    folders = (entry for entry in entries if entry.is_dir() and not is_hidden(entry.name))
    names = (folder.name for folder in folders if printable(folder.name) == folder.name)
    return sorted(name for name in names if name.startswith(incomplete))


ModuleName = Annotated[str, typer.Argument(help="A folder below modules/.", autocompletion=complete_names)]
OptionalModuleName = Annotated[
    str | None, typer.Argument(help="All modules if not given.", autocompletion=complete_names)
]
ModuleNames = Annotated[
    list[str] | None,
    typer.Argument(metavar="MODULE", help="All modules if not given.", autocompletion=complete_names),
]


def names_in(modules: Sequence[str] | None) -> list[str]:
    """Return each name once. `make` passes several as one argument, separated by blanks."""
    return list(dict.fromkeys(name for argument in modules or () for name in argument.split()))
