"""Creates the repositories of new modules and nothing else, so that their first images can be pushed.

    python -m delivery.repositories "thumbnail orders" --stack dev

It runs `pulumi up` on the stack, limited to the repositories: the program finds the modules' names in the file that
ONLY_REPOSITORIES names, and registers nothing else. The stack's next update creates the rest of each module. It needs
the caller's AWS credentials, the stack's state and the Pulumi engine, but not Docker.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from components.errors import ComponentError
from components.image.only_repositories import VARIABLE
from components.modules import module_folders
from components.printable import printable, printable_lines
from components.served import module_urns
from components.settings.configuration import project_name
from delivery.recover import pulumi_cli

_CHILDREN = {
    "aws:ecr/repository:Repository": "repository",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "lifecycle",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "pull",
}


def targets(module: str, stack: str, project: str) -> Iterator[str]:
    """Yield the URNs of a module's repository and all that belongs to it.

    They are exact: the update deletes what a pattern also matches, because the program doesn't register it.
    """
    start = module_urns(stack, project)
    yield f"{start}::{module}"
    for typ, role in _CHILDREN.items():
        yield f"{start}${typ}::{module}-{role}"


def arguments(modules: Sequence[str], stack: str) -> list[str]:
    """Return the arguments of `pulumi`. Raises ComponentError for an unknown module."""
    there = [folder.name for folder in module_folders(Path("modules"))]
    if unknown := [name for name in modules if name not in there]:
        raise ComponentError(f"can't create repositories of unknown modules: {', '.join(map(printable, unknown))}")
    project = project_name()
    urns = [urn for module in modules for urn in targets(module, stack, project)]
    return ["up", "--yes", "--skip-preview", *(f"--target={urn}" for urn in urns)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Create the repositories of new modules.")
    parser.add_argument("modules", type=str.split, help="their names, separated by blanks; may be empty")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    options = parser.parse_args()
    if not options.modules:
        return
    try:
        command = arguments(options.modules, options.stack)
    except ComponentError as error:
        sys.exit(f"error: {error}")
    done = pulumi_cli(options.stack)("stack", "output", "--json")
    if done.code == 0:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "limited.json")
            file.write_text(json.dumps({"modules": options.modules, "outputs": json.loads(done.stdout)}))
            done = pulumi_cli(options.stack, {**os.environ, VARIABLE: str(file)})(*command)
    print(printable_lines(done.output))
    sys.exit(done.code)


if __name__ == "__main__":
    main()
