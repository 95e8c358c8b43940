"""Sets up the repository on GitHub: environments, the rule for `main`, owners of code, and variables.

    python -m bootstrap.github --reviewers octo/deployers

It needs `gh`, logged in as an administrator of the repository. It prints each difference that it corrects, and leaves
everything else on GitHub as it is. The variables are the outputs of the Pulumi program in this folder. Run it before
that program, so that the environments are restricted before there are roles that trust them, and again afterwards.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bootstrap.code_owners import recorded_owners
from bootstrap.difference import SetupError
from bootstrap.gh import GitHubError
from bootstrap.repository import Options, Repository
from bootstrap.settings import checked_environments
from components.errors import ComponentError
from components.printable import printable, printable_lines

FOLDER = Path(__file__).resolve().parent
_REVIEWER = re.compile(r"([A-Za-z0-9-]+/)?[\w.-]+", re.ASCII)
_SETTING = "lambda-images-bootstrap:environments"


def environments(stack: str) -> Mapping[str, str]:
    """The bootstrap program's setting of this name. Raises ComponentError and SetupError."""
    declared = read_yaml(FOLDER / "Pulumi.yaml")["config"]["environments"]["default"]
    file = FOLDER / f"Pulumi.{stack}.yaml"
    configured = (read_yaml(file).get("config") or {}) if file.exists() else {}
    return checked_environments(configured.get(_SETTING, declared))


def read_yaml(file: Path) -> dict[str, Any]:
    """Raises SetupError."""
    try:
        found = yaml.safe_load(file.read_text())
    except (OSError, ValueError, yaml.YAMLError) as problem:
        raise SetupError(f"{file}: {problem}") from problem
    return found if isinstance(found, dict) else {}


def variables(stack: str) -> dict[str, Any]:
    """The outputs of the bootstrap program, which are empty before its first update. Raises SetupError."""
    if not (FOLDER / f"Pulumi.{stack}.yaml").exists():
        return {}
    command = ["pulumi", "--non-interactive", "stack", "output", "--json", "--stack", stack]
    try:
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise SetupError("there is no `pulumi`: https://www.pulumi.com/docs/install/") from missing
    if done.returncode != 0:
        raise SetupError(f"the outputs of bootstrap/ can't be read: {done.stderr.strip()}")
    outputs: dict[str, Any] = json.loads(done.stdout)
    return outputs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reviewers",
        metavar="NAMES",
        default="",
        help="teams such as octo/deployers and users such as @octocat, with blanks between them "
        "(default: the owners in .github/CODEOWNERS)",
    )
    parser.add_argument(
        "--alone",
        action="store_true",
        help="nobody else can approve: pull requests need no approval, and who starts an update may approve it",
    )
    parser.add_argument(
        "--unattended", action="store_true", help="updates need no approval, as where GitHub's plan has no reviewers"
    )
    parser.add_argument("--stack", default="account", help="the stack of bootstrap/ (default: account)")


def chosen(arguments: argparse.Namespace) -> Options:
    """Raises SetupError."""
    reviewers = [name.removeprefix("@") for name in arguments.reviewers.split()] or recorded_owners()
    if not reviewers:
        raise SetupError("say who approves: --reviewers octo/deployers, or if you work alone, --reviewers @you --alone")
    for name in reviewers:
        if not _REVIEWER.fullmatch(name):
            raise SetupError(f"{name}: neither a team such as octo/deployers nor a user such as @octocat")
    return Options(reviewers=reviewers, alone=arguments.alone, unattended=arguments.unattended)


def main() -> None:
    parser = argparse.ArgumentParser(description="Set up the repository on GitHub.")
    add_arguments(parser)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if something differs")
    arguments = parser.parse_args()
    try:
        options, outputs = chosen(arguments), {}
        repository, wanted = Repository.of_checkout(), environments(arguments.stack)
        unread = None
        try:
            outputs = variables(arguments.stack)
        except SetupError as problem:
            unread = problem
        found = False
        for difference in repository.differences(options, wanted, outputs):
            found = True
            for line in difference.lines:
                print(printable(line), flush=True)
            if not arguments.check:
                difference.correct()
    except (GitHubError, SetupError, ComponentError) as problem:
        sys.exit(f"error: {printable_lines(str(problem))}")
    if not found:
        print(f"{repository.name}: nothing to change.")
    if unread is not None:
        sys.exit(f"error: the variables are not set: {printable_lines(str(unread))}")
    if not outputs:
        print("The variables are not set yet: run `pulumi up` in bootstrap/, and then this command again.")
    if arguments.check and (found or not outputs):
        sys.exit(1)


if __name__ == "__main__":
    main()
