"""Prints the modules that an update must not change, in the form that `pulumi` takes.

    python -m delivery.exclude "thumbnail orders" --stack dev

Prints `modules=` with their names and those of the modules that run their images or have to be deployed after them, and
`urns=` with the URNs of these, separated by commas: the form of a GitHub Actions step's outputs.
`pulumi up --exclude URN --exclude-dependents` leaves them as they are. The program finds the names in EXCLUDED_MODULES,
and expects nothing of what isn't there yet.
"""

import argparse
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.errors import ComponentError
from components.excluded import MODULES
from components.modules import check_known, module_folders, written_settings
from components.printable import printable
from components.served import module_urns
from components.settings.configuration import project_name
from components.settings.load import LoadedSettings
from delivery.closure import closure


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
        return cls._named(_with_dependents(names, written_settings(project_name(), stack)) if names else (), stack)

    @classmethod
    def all_but(cls, names: Collection[str], stack: str, deployed: Iterable[str]) -> "Excluded":
        """Exclude all modules except those with these names, those that run the same images, and those whose URLs they
        need.

        `deployed` are the names of the modules in the stack, some of which may have left the checkout. They stay, too.
        Raises ComponentError for an unknown name.
        """
        loaded = written_settings(project_name(), stack)
        check_known(names, loaded.modules)
        return cls._named({*loaded.modules, *deployed} - _with_needed(names, loaded), stack)

    @classmethod
    def _named(cls, modules: Iterable[str], stack: str) -> "Excluded":
        type_of = module_urns(stack, project_name())
        return cls(sorted(modules), [f"{type_of}::{module}" for module in sorted(modules)])

    @property
    def options(self) -> list[str]:
        """The options of `pulumi up` and `pulumi preview`."""
        options = [option for urn in self.urns for option in ("--exclude", urn)]
        return [*options, "--exclude-dependents"] if options else []

    @property
    def variables(self) -> dict[str, str]:
        """The environment variable for the program."""
        return {MODULES: " ".join(self.modules)}


def _with_dependents(names: Sequence[str], loaded: LoadedSettings) -> set[str]:
    """Return modules with those that run their images or have to be deployed after them, and so on."""

    def dependents(names: set[str]) -> Iterator[str]:
        for name, its in loaded.modules.items():
            if its.image.module in names or not names.isdisjoint(loaded.after.get(name, ())):
                yield name

    return closure(names, dependents)


def _with_needed(names: Collection[str], loaded: LoadedSettings) -> set[str]:
    """Return modules with those that run the same images, and those that have to be deployed before them, and so on."""
    builders = {name: its.image.module or name for name, its in loaded.modules.items()}

    def needed(names: set[str]) -> set[str]:
        images = {builders[name] for name in names}
        same = {name for name, builder in builders.items() if builder in images}
        return same.union(*(loaded.after.get(name, ()) for name in names))

    return closure(names, needed)


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
