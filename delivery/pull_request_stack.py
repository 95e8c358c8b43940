"""Writes the settings of a pull request's preview environment, which is the stack `pr-<number>`.

    python -m delivery.pull_request_stack --number 7 --base HEAD^1

It writes `Pulumi.pr-7.yaml` from the template `Pulumi.pr.yaml`: the same Region, key and secrets, but only the modules
that differ from the commit `--base`, and none of what a short-lived environment doesn't need. It prints the outputs
of a GitHub Actions step: `stack=` with the stack's name, `modules=` with a JSON list of the modules, and
`secrets-provider=` for `pulumi stack select --create --secrets-provider`, which then keeps the key in the file instead
of making another. If no module differs, it writes no file, and the list is empty. Needs git and the program's packages,
but neither credentials nor the engine.
"""

import argparse
import json
import re
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from components.errors import ComponentError
from components.modules import module_folders, written_settings
from components.naming import default_prefix
from components.printable import printable
from components.settings.configuration import project_name, written_document
from components.settings.yaml_file import read_yaml
from delivery.affected import Shipped, changed_modules
from delivery.closure import closure

TEMPLATE = "pr"
"""The stack whose file is the template. Nothing is deployed to it."""
_NAME = re.compile(rf"{TEMPLATE}-([1-9][0-9]{{0,9}})")

NO_ALARMS = {"errors": 0, "throttles": 0, "duration": 0, "deadLetters": 0, "iteratorAge": 0}
STACK_SETTINGS: Mapping[str, Any] = {
    "alarmEmails": [],
    "alarmEndpoints": {},
    "alarms": NO_ALARMS,
    "encryption": "aws",  # the deploy role can't create keys
    "forceDelete": "true",
    "keepImages": 3,
    "keepVersions": 3,
    "pipeline": {"enabled": False},
    "protection": "false",
    "release": {},
}
"""Settings of the stack, whatever the template has."""
MODULE_SETTINGS: Mapping[str, Any] = {
    "alarms": NO_ALARMS,
    "provisionedConcurrency": None,
    "release": None,
    "reservedConcurrency": None,
}
"""Settings of each module, whatever the module has. None removes a setting."""
DISABLED: Mapping[str, Any] = {"enabled": False, "image": None}
"""Settings of modules that are left out. Even a disabled module can't run the image of a module that is disabled."""


class _Dumper(yaml.SafeDumper):
    """Writes equal values in full each time, because the program refuses aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def stack_of(number: int) -> str:
    """Return the name of a pull request's stack."""
    return f"{TEMPLATE}-{number}"


def number_of(stack: str) -> int | None:
    """Return the number of the pull request whose stack it is. None if it is another stack."""
    found = _NAME.fullmatch(stack)
    return int(found[1]) if found else None


def template_file() -> Path:
    """Return the template's path in the current folder. Raises ComponentError if there is none."""
    file = Path(f"Pulumi.{TEMPLATE}.yaml")
    if not file.is_file():
        raise ComponentError(f"there is no {file}, the template of preview environments: see docs/github-actions.md")
    return file


def settings_of(number: int, modules: Collection[str]) -> dict[str, Any]:
    """Return the content of the stack's file in which only these modules are enabled. Raises ComponentError."""
    file, project = template_file(), project_name()
    template = read_yaml(file)
    own: Mapping[str, Any] = written_document(file, project).values.get("modules") or {}
    overrides = {
        name: {**(own.get(name) or {}), **(MODULE_SETTINGS if name in modules else DISABLED)}
        for name in (folder.name for folder in module_folders(Path("modules")))
    }
    settings = {**STACK_SETTINGS, "modules": overrides, "namePrefix": default_prefix(project, stack_of(number))}
    config = {**template.within("config").values, **{f"{project}:{key}": value for key, value in settings.items()}}
    return {**template.values, "config": config}


def write(number: int, base: str) -> list[str]:
    """Write the stack's file, unless no module differs from a commit. Return the enabled modules.

    Raises ComponentError, also if the written settings have mistakes, such as a name that is too long.
    """
    template_file()
    after, changed = changed_modules(TEMPLATE, base)
    modules = sorted(_with_needed(changed, after))
    if modules:
        file = Path(f"Pulumi.{stack_of(number)}.yaml")
        text = yaml.dump(settings_of(number, modules), Dumper=_Dumper, sort_keys=False, allow_unicode=True)
        file.unlink(missing_ok=True)  # it may be a link
        file.write_text(text)
        written_settings(project_name(), stack_of(number))
    return modules


def _with_needed(names: Collection[str], shipped: Mapping[str, Shipped]) -> set[str]:
    """Return modules with those whose images they run or that their settings refer to, and so on."""

    def needed(names: set[str]) -> set[str]:
        each = [shipped[name] for name in names]
        return {need for its in each for need in (its.settings.image.module, *its.named) if need}

    return closure(names, needed)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the settings of a pull request's preview environment.")
    parser.add_argument("--number", type=int, required=True, help="the pull request's number")
    parser.add_argument("--base", required=True, help="the commit to compare the checkout with, such as HEAD^1")
    options = parser.parse_args()
    if number_of(stack_of(options.number)) is None:
        parser.error(f"{options.number} can't be the number of a pull request")
    try:
        modules = write(options.number, options.base)
        provider = read_yaml(template_file()).values.get("secretsprovider", "default")
    except ComponentError as wrong:
        sys.exit(f"error: {wrong}")
    print(f"stack={stack_of(options.number)}")
    print(f"modules={json.dumps(modules)}")
    print(f"secrets-provider={printable(provider)}")


if __name__ == "__main__":
    main()
