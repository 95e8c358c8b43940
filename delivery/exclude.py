"""Prints the modules that an update must not change, in the form that `pulumi` takes.

    python -m delivery.exclude "thumbnail orders" --stack dev

Prints `modules=` with their names and those of the modules that run their images or have to be deployed after them, and
`urns=` with the URNs of these, separated by commas: the form of a GitHub Actions step's outputs.
`pulumi up --exclude URN --exclude-dependents` leaves them as they are. The program finds the names in EXCLUDED_MODULES,
and expects nothing of what isn't there yet.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from components.errors import ComponentError
from components.modules import module_folders, written_settings
from components.printable import printable
from components.settings.configuration import project_name
from components.settings.load import LoadedSettings
from delivery.unfinished import MODULE_TYPE


@dataclass(frozen=True)
class Excluded:
    modules: list[str]
    urns: list[str]

    @classmethod
    def of(cls, names: Sequence[str], stack: str) -> "Excluded":
        """Exclude modules of the checkout, the current folder. Raises ComponentError for an unknown name."""
        there = [folder.name for folder in module_folders(Path("modules"))]
        if unknown := [name for name in names if name not in there]:
            raise ComponentError(
                f"can't exclude {', '.join(map(printable, unknown))}: there is no such module; the modules are "
                f"{', '.join(map(printable, there))}"
            )
        project = project_name()
        modules = sorted(_with_dependents(names, written_settings(project, stack)) if names else ())
        return cls(modules, [f"urn:pulumi:{stack}::{project}::{MODULE_TYPE}::{module}" for module in modules])


def _with_dependents(names: Sequence[str], loaded: LoadedSettings) -> set[str]:
    """Return modules with those that run their images or have to be deployed after them, and so on."""
    found, added = set[str](), {*names}
    while added:
        found |= added
        added = {
            name
            for name, its in loaded.modules.items()
            if its.image.module in added or not added.isdisjoint(loaded.after.get(name, ()))
        } - found
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Name the modules that an update is to leave as they are.")
    parser.add_argument("modules", help="their names, separated by blanks; may be empty")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    options = parser.parse_args()
    try:
        excluded = Excluded.of(options.modules.split(), options.stack)
    except ComponentError as wrong:
        sys.exit(f"error: {wrong}")
    print(f"modules={' '.join(excluded.modules)}")
    print(f"urns={','.join(excluded.urns)}")


if __name__ == "__main__":
    main()
