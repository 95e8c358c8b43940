"""Adds a stack to the pipeline: writes its file, and lets the stack that came next come after it.

    python -m delivery.environment staging --after dev

It changes files only, and prints the commands that remain. Nothing is changed if something is wrong.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap.settings import checked_environments
from components.errors import ComponentError
from components.modules import written_settings
from components.printable import printable
from components.settings.configuration import project_name, stack_names, written_document, written_region
from components.settings.pipeline import Pipeline
from components.settings.yaml_file import read_yaml
from delivery.stages import NEVER_DEPLOYED, pipelines, stages_of

ACCOUNT_FILE = Path("bootstrap", "Pulumi.account.yaml")
ENVIRONMENTS = "lambda-images-bootstrap:environments"
"""The setting in that file that lists the stacks which have roles."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A new stack of the pipeline."""

    name: str
    after: str = ""
    """The stack before it. If empty, it is among the first ones."""
    region: str | None = None
    """None for the Region of the stack before it."""
    beside: bool = False
    """Whether the stacks that come after the same one stay as they are."""

    def files(self) -> dict[Path, str]:
        """Return the files to write, and their content. Raises ComponentError."""
        project, stacks = project_name(), pipelines()
        self._check(stacks)
        nexts = [] if self.beside or not self.after else [s for s, its in stacks.items() if its.after == self.after]
        if len(nexts) > 1:
            raise ComponentError(
                f"{' and '.join(nexts)} come after {self.after}, so it isn't clear which of them is to come after "
                f"{self.name}: leave them as they are with BESIDE=1, and change pipeline.after in their files by hand"
            )
        images = stacks[nexts[0]].images if nexts else "build"
        pipeline = Pipeline(after=self.after, images=images)
        stages_of({**stacks, self.name: pipeline, **{each: Pipeline(after=self.name) for each in nexts}})
        files = {_file(self.name): self._settings(project, pipeline)}
        files |= {_file(each): self._moved(each, project) for each in nexts}
        if ACCOUNT_FILE.exists():
            files[ACCOUNT_FILE] = self._account()
        return files

    def _check(self, stacks: Mapping[str, Pipeline]) -> None:
        if self.name in (*stack_names(), NEVER_DEPLOYED):
            raise ComponentError(f"the name {self.name} is taken: choose another one")
        if self.after and self.after not in stacks:
            raise ComponentError(
                f"the pipeline deploys no stack '{printable(self.after)}' that another could come after; it deploys: "
                f"{', '.join(stacks) or 'none'}"
            )
        checked_environments({stack: self._subject for stack in [*stacks, self.name]})

    @property
    def _subject(self) -> str:
        """The job that its preview role trusts: pull requests preview the first stacks only."""
        return "ref:refs/heads/main" if self.after else "pull_request"

    def _settings(self, project: str, pipeline: Pipeline) -> str:
        region = self.region or (written_region(_file(self.after)) if self.after else None)
        if not region:
            raise ComponentError(f"no Region is known for {self.name}: name it, such as REGION=eu-central-1")
        lines = ["config:", f"  aws:region: {region}"]
        if boundary := self._boundary(project):
            lines.append(f"  {project}:permissionsBoundary: {boundary}")
        if self.after:
            lines += [f"  {project}:pipeline:", f"    after: {self.after}"]
        if pipeline.images != "build":
            lines.append(f"    images: {pipeline.images}")
        return "\n".join([*lines, ""])

    def _boundary(self, project: str) -> str:
        """Return the ARN of the boundary that bootstrap/ creates, from that of the stack before, if it has one."""
        if not self.after:
            return ""
        known = str(written_document(_file(self.after), project).values.get("permissionsBoundary", ""))
        start, found, end = known.rpartition(f"-{self.after}-boundary")
        return f"{start}-{self.name}-boundary" if found and not end else ""

    def _moved(self, stack: str, project: str) -> str:
        """Return the file of the stack that comes next, in which only the name of the stack before it differs."""
        document = written_document(_file(stack), project)
        lines = _file(stack).read_text().splitlines(keepends=True)
        number = document.lines[("pipeline", "after")] - 1
        value = rf"(\bafter:\s*[\"']?){re.escape(self.after)}(?![\w-])"
        lines[number], changed = re.subn(value, rf"\g<1>{self.name}", lines[number])
        if changed != 1:
            where = document.place(("pipeline", "after"))
            raise ComponentError(f"{where} can't be changed here: set it to {self.name} by hand, and use BESIDE=1")
        return "".join(lines)

    def _account(self) -> str:
        """Return the settings of bootstrap/ with the new stack."""
        lines = ACCOUNT_FILE.read_text().splitlines(keepends=True)
        document = read_yaml(ACCOUNT_FILE)
        listed = document.within("config").values.get(ENVIRONMENTS)
        if listed is None:
            declared = read_yaml(ACCOUNT_FILE.with_name("Pulumi.yaml")).values["config"]["environments"]["default"]
            entries = {**declared, self.name: self._subject}
            block = [f"  {ENVIRONMENTS}:\n", *(f"    {stack}: {subject}\n" for stack, subject in entries.items())]
            at = document.lines[("config",)]
        elif self.name in listed:
            return "".join(lines)
        else:
            beside = self.after if self.after in listed else next(iter(listed))
            at = document.lines[("config", ENVIRONMENTS, beside)]
            if at == document.lines[("config", ENVIRONMENTS)]:
                raise ComponentError(f"{ACCOUNT_FILE}:{at}: write one stack a line, so that {self.name} can be added")
            indent = lines[at - 1][: len(lines[at - 1]) - len(lines[at - 1].lstrip())]
            block = [f"{indent}{self.name}: {self._subject}\n"]
        return "".join([*lines[:at], *block, *lines[at:]])


def _file(stack: str) -> Path:
    return Path(f"Pulumi.{stack}.yaml")


def remaining(name: str) -> str:
    """Return what is left to do, once the files are written. Raises ComponentError."""
    project, file = project_name(), _file(name)
    region = written_region(file)
    commands = [
        "make github",
        "(cd bootstrap && pulumi up)",
        "make github",
        f'pulumi stack init {name} --secrets-provider="awskms://alias/pulumi-{name}?region={region}&awssdk=v2"',
    ]
    if not written_document(file, project).values.get("permissionsBoundary"):
        arn = f"arn:aws:iam::ACCOUNT:policy/lambda-images-{name}-boundary"
        commands.append(f"pulumi config set --stack {name} permissionsBoundary {arn}")
    lines = ["These commands remain, as in docs/github-actions.md; then merge the changed files:"]
    lines += [f"  {command}" for command in commands]
    if not ACCOUNT_FILE.exists():
        lines.append(f"There is no {ACCOUNT_FILE}: `environments` has to list {name} there before `make github`.")
    try:
        written_settings(project, name)
    except ComponentError as incomplete:
        lines += ["The settings of modules are not complete in this stack:", *str(incomplete).splitlines()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Add a stack to the pipeline.")
    parser.add_argument("name", help="its name, such as staging")
    parser.add_argument(
        "--after", default="", help="the stack that is deployed before it; by default, it is a first one"
    )
    parser.add_argument("--region", help="its AWS Region (default: that of the stack before it)")
    parser.add_argument(
        "--beside", action="store_true", help="leave the stacks that come after the same one as they are"
    )
    options = parser.parse_args()
    new = Environment(name=options.name, after=options.after, region=options.region, beside=options.beside)
    try:
        files = new.files()
        for file, content in files.items():
            verb = "Changed" if file.exists() else "Made"
            file.write_text(content)
            print(f"{verb} {file}.")
        print(remaining(new.name))
    except ComponentError as wrong:
        sys.exit(f"error: {wrong}")


if __name__ == "__main__":
    main()
