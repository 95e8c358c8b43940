"""Reports what is missing or different in the account, in the stacks' files and on GitHub, and changes nothing.

    python -m bootstrap.check

It needs what the Pulumi program in this folder needs, and `gh` as `bootstrap.github` does. The exit code is 1 if there
is a difference.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bootstrap.difference import SetupError
from bootstrap.gh import GitHubError, api
from bootstrap.github import FOLDER, add_arguments, chosen, environments, read_yaml, variables
from bootstrap.repository import Options, Repository
from components.arn import AwsScope
from components.errors import ComponentError
from components.printable import printable
from delivery.clients import aws_clients
from delivery.report.reading import differing, read_preview
from delivery.roles import other_policies
from delivery.unfinished import logical_name


def account(stack: str) -> Iterator[str]:
    """Compare what there is in AWS with what the program would create: bucket, identity provider, keys, roles."""
    command = ["pulumi", "--non-interactive", "preview", "--refresh", "--json", "--show-sames", "--stack", stack]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    preview = read_preview(stack, done.stdout, done.stderr, done.returncode)
    for error in preview.errors:
        yield f"account: bootstrap/ can't be previewed: {error}"
    for step in preview.steps:
        if step["op"] not in ("same", "read", "refresh"):
            properties = ", ".join(differing(step))
            what = "missing" if step["op"] == "create" else f"different: {properties or step['op']}"
            yield f"account: {logical_name(step['urn'])} ({step['type']}) is {what}"


def stack_files(stacks: Iterable[str], outputs: Mapping[str, Any]) -> Iterator[str]:
    """Compare the stacks' files with what step 3 of the setup writes."""
    for stack in stacks:
        file = FOLDER.parent / f"Pulumi.{stack}.yaml"
        if not file.exists():
            yield f"{file.name} is missing"
            continue
        found = read_yaml(file)
        config = found.get("config") or {}
        if not str(found.get("secretsprovider")).startswith(f"awskms://alias/pulumi-{stack}?"):
            yield f"{file.name}: the secrets provider is not the key alias/pulumi-{stack}"
        role = ((outputs.get("environmentVariables") or {}).get(stack) or {}).get("DEPLOY_ROLE_ARN")
        if role:
            scope = AwsScope.of(role)
            boundary = f"arn:{scope.partition}:iam::{scope.account}:policy/lambda-images-{stack}-boundary"
            yield from _wrong_setting(file.name, config, "lambda-images:permissionsBoundary", boundary)
            region = outputs["repositoryVariables"]["AWS_REGION"]
            yield from _wrong_setting(file.name, config, "aws:region", region)


def _wrong_setting(file: str, config: Mapping[str, Any], key: str, wanted: str) -> Iterator[str]:
    if config.get(key) != wanted:
        yield f"{file}: {key}: {config.get(key, 'none')} -> {wanted}"


def repository(options: Options, stacks: Mapping[str, str], outputs: Mapping[str, Any]) -> Iterator[str]:
    """Compare GitHub with what `bootstrap.github` sets, and `main` with the checkout."""
    found = Repository.of_checkout()
    for difference in found.differences(options, stacks, outputs):
        yield from difference.lines
    owners = api(f"repos/{found.name}/codeowners/errors")
    if owners is None:
        yield "main has no .github/CODEOWNERS: merge it"
    for error in (owners or {}).get("errors") or []:
        yield f"main: .github/CODEOWNERS: line {error['line']}: {str(error['message']).splitlines()[0]}"


def _reported(problems: Callable[[], Iterator[str]]) -> Iterator[str]:
    """The problems, the last of which may be that no others could be found."""
    try:
        yield from problems()
    except (GitHubError, SetupError, ComponentError) as problem:
        yield str(problem)


def main() -> None:
    parser = argparse.ArgumentParser(description="Check the account, the stacks' files and the repository.")
    add_arguments(parser)
    arguments = parser.parse_args()
    outputs: dict[str, Any] = {}
    stacks: dict[str, str] = {}

    def read() -> Iterator[str]:
        stacks.update(environments(arguments.stack))
        outputs.update(variables(arguments.stack))
        if not outputs:
            yield "account: bootstrap/ has created nothing yet: run `pulumi up` in it"

    def in_account() -> Iterator[str]:
        if outputs:
            yield from account(arguments.stack)
            region = outputs["repositoryVariables"]["AWS_REGION"]
            yield from other_policies(outputs["environmentVariables"], aws_clients(lambda: region))

    parts: list[Callable[[], Iterator[str]]] = [
        *(read, in_account, lambda: stack_files(stacks, outputs)),
        lambda: repository(chosen(arguments), stacks, outputs),
    ]
    problems = [problem for part in parts for problem in _reported(part)]
    for problem in problems:
        print(printable(problem))
    if problems:
        sys.exit(1)
    print("The account, the stacks' files and the repository are as they should be.")


if __name__ == "__main__":
    main()
