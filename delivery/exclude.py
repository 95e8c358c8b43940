"""Names the modules that an update is to leave as they are, in the form that `pulumi` takes.

    python -m delivery.exclude "thumbnail orders" --stack dev

Prints `urns=` with their URNs, separated by commas: the form of a GitHub Actions step's outputs. With `pulumi up
--exclude URN --exclude-dependents` neither such a module nor one that runs its image is updated; all others are.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from components.errors import ComponentError
from components.modules import module_folders
from components.settings.yaml_file import read_yaml
from delivery.adoption import MODULE_TYPE


def urns_of(modules: Sequence[str], stack: str) -> list[str]:
    """Of modules of the checkout, the current folder. Raises ComponentError for a name that is none of them."""
    names = [folder.name for folder in module_folders(Path("modules"))]
    if unknown := [module for module in modules if module not in names]:
        raise ComponentError(
            f"can't exclude {', '.join(unknown)}: there is no such module; the modules are {', '.join(names)}"
        )
    project = read_yaml(Path("Pulumi.yaml")).values["name"]
    return [f"urn:pulumi:{stack}::{project}::{MODULE_TYPE}::{module}" for module in modules]


def main() -> None:
    parser = argparse.ArgumentParser(description="Name the modules that an update is to leave as they are.")
    parser.add_argument("modules", help="their names, separated by blanks; may be empty")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    asked = parser.parse_args()
    try:
        print(f"urns={','.join(urns_of(asked.modules.split(), asked.stack))}")
    except ComponentError as wrong:
        sys.exit(f"error: {wrong}")


if __name__ == "__main__":
    main()
