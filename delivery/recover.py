"""Repairs a stack before an update, after an earlier run failed or was killed.

    python -m delivery.recover --stack dev

It never refreshes the whole stack. After a refresh, a function whose code was updated but not published would look
complete, and no update would publish it.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.errors import ComponentError
from components.function.version_checks import unpublished
from components.modules import module_folders, written_settings
from components.printable import printable, printable_lines, quoted
from components.served import MODULE_TYPE
from components.settings.configuration import project_name
from delivery.adoption import (
    can_be_imported,
    importable_creates,
    imports,
    is_own,
    modules_of,
    new_components,
    next_creates,
    returning,
    stack_of,
)
from delivery.clients import MAX_CONCURRENT_CALLS, Client, aws_clients
from delivery.engine import run_pulumi
from delivery.existing import Existing, look_up
from delivery.unfinished import (
    FUNCTION_TYPE,
    Resource,
    Unfinished,
    logical_name,
    publish_again,
    resources_of,
)

SUCCEEDED = ("update", "succeeded")
"""The kind and result of a run that leaves nothing to recover."""
EMPTY: Mapping[str, Any] = {}


class RecoveryError(Exception):
    """Recovery failed. The message includes the output of `pulumi`."""

    def __init__(self, message: str) -> None:
        super().__init__(printable_lines(message))


@dataclass(frozen=True)
class PulumiResult:
    """A `pulumi` command that has ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def quoted_output(self) -> str:
        """The output, quoted for an error message."""
        return quoted(self.output)

    @property
    def output(self) -> str:
        return f"{self.stdout}\n{self.stderr}".strip()


Pulumi = Callable[..., PulumiResult]
"""Runs `pulumi` with the given arguments on the stack to recover."""


@dataclass(frozen=True)
class Recovery:
    """Repairs one stack. The methods yield a message for each repair, and raise RecoveryError if `pulumi` fails."""

    pulumi: Pulumi
    client: Client

    def repair_from_state(self, unfinished: Unfinished) -> Iterator[str]:
        """Repair what the state itself marks as unfinished."""
        if unfinished.builds:
            self._require_success("state", "taint", "--yes", *unfinished.builds)
            for urn in unfinished.builds:
                yield f"{logical_name(urn)}: its image was not finished and will be built again"
        if unfinished.failed:
            yield from self._refresh_failed(unfinished.failed)
        if creates := [created for created in unfinished.pending_creates if can_be_imported(created)]:
            yield from self._adopt(creates)
        if unfinished.to_refresh:
            targets = [f"--target={urn}" for urn in unfinished.to_refresh]
            self._require_success("refresh", "--yes", "--skip-preview", "--clear-pending-creates", *targets)
            yield "the pending operations were cleared"

    def repair_from_preview(self, returning: Collection[str] = (), adopted: Collection[str] = ()) -> Iterator[str]:
        """Repair what only a preview shows: functions whose newest code has no version, and existing resources that the
        state doesn't have.

        AWS may have kept any resource of a returning module. Of other modules, an earlier run can only have created
        what would be created next. Resources of an adopted module are taken over, whoever made them.
        """
        tried: set[str] = set()
        while True:
            previewed = self.pulumi("preview", "--json")
            exported = self._export()
            if previewed.code != 0:
                yield from self._publish_unpublished(previewed.output, exported)
            preview = _parse_preview(previewed)
            modules = modules_of(preview, exported)
            known = {logical_name(one["urn"]) for one in resources_of(exported) if one["type"] == MODULE_TYPE}
            if unknown := set(adopted) - known - set(modules.values()):
                raise RecoveryError(f"can't take over resources of unknown modules: {', '.join(sorted(unknown))}")
            whole = {*returning, *adopted}
            creates = [
                *(create for create in importable_creates(preview) if modules.get(create["urn"]) in whole),
                *(create for create in next_creates(preview) if modules.get(create["urn"]) not in whole),
            ]
            creates = [create for create in creates if create["urn"] not in tried]
            found = list(self._adopt(creates, new_components(preview), modules, adopted))
            yield from found
            if not found:
                return
            tried |= {create["urn"] for create in creates}

    def publish_again(self, functions: Iterable[str]) -> Iterator[str]:
        """Make the next update publish a version of these functions, given by their URNs."""
        if wanted := list(functions):
            yield from self._publish_again(self._export(), wanted)

    def _refresh_failed(self, failed: Iterable[Resource]) -> Iterator[str]:
        urns = [resource["urn"] for resource in failed]
        self._require_success("refresh", "--yes", "--skip-preview", *(f"--target={urn}" for urn in urns))
        for urn in urns:
            yield f"{logical_name(urn)}: its last update failed, so its state was refreshed"
        yield from self._publish_again(
            self._export(), [resource["urn"] for resource in failed if resource["type"] == FUNCTION_TYPE]
        )

    def _publish_again(self, exported: dict[str, Any], urns: list[str]) -> Iterator[str]:
        if urns:
            publish_again(exported, urns)
            self._import_state(exported)
            for urn in urns:
                yield f"{logical_name(urn)}: the next update will publish a new version"

    def _publish_unpublished(self, errors: str, exported: dict[str, Any]) -> Iterator[str]:
        """Publish the functions of the state again for which the errors of an update say that no version exists."""
        names = unpublished(errors)
        functions = [resource for resource in resources_of(exported) if resource["type"] == FUNCTION_TYPE]
        yield from self._publish_again(
            exported, [function["urn"] for function in functions if function["inputs"].get("name") in names]
        )

    def _adopt(
        self,
        creates: Sequence[Resource],
        components: Mapping[str, Resource] = EMPTY,
        modules: Mapping[str, str] = EMPTY,
        adopted: Collection[str] = (),
    ) -> Iterator[str]:
        """Import the resources that exist and belong to this stack or to an adopted module.

        `components` has the components that the state doesn't have yet, `modules` the names of the resources' modules,
        both by URN.
        """
        with ThreadPoolExecutor(max_workers=MAX_CONCURRENT_CALLS) as pool:
            there = pool.map(self._look_up, creates)
            found = [(create, existing) for create, existing in zip(creates, there, strict=True) if existing]
        ours = [one for one in found if is_own(*one) or modules.get(one[0]["urn"]) in adopted]
        for _, existing in ours:
            if existing.restore is not None:
                existing.restore()
        if ours:
            self._import(imports([(create, existing.id) for create, existing in ours], components))
        for create, existing in found:
            urn = create["urn"]
            if (create, existing) in ours:
                yield f"{logical_name(urn)}: already exists and was imported"
            else:
                take_over = f"python -m delivery.recover --stack {stack_of(urn)} --adopt {modules.get(urn, '<module>')}"
                yield (
                    f"{logical_name(urn)}: already exists, but its tag does not name this stack; delete it, or take it "
                    f"over with `{take_over}`"
                )

    def _look_up(self, create: Resource) -> Existing | None:
        from botocore.exceptions import BotoCoreError, ClientError  # here, because few recoveries need it

        try:
            return look_up(create["type"], create["inputs"], self.client)
        except (BotoCoreError, ClientError) as error:
            what = f"can't find out whether {logical_name(create['urn'])} already exists: {error}"
            raise RecoveryError(what) from error

    def _import(self, wanted: Mapping[str, Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "import.json")
            file.write_text(json.dumps(wanted))
            options = ("--yes", "--skip-preview", "--generate-code=false", "--protect=false", "--suppress-outputs")
            self._require_success("import", "--file", str(file), *options)

    def _export(self) -> dict[str, Any]:
        exported: dict[str, Any] = json.loads(self._require_success("stack", "export").stdout)
        return exported

    def _import_state(self, exported: Mapping[str, Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "state.json")
            file.write_text(json.dumps(exported))
            self._require_success("stack", "import", "--file", str(file))

    def _require_success(self, *arguments: str) -> PulumiResult:
        result = self.pulumi(*arguments)
        if result.code != 0:
            raise _pulumi_error(result)
        return result


def _parse_preview(previewed: PulumiResult) -> Mapping[str, Any]:
    """Return what `pulumi preview --json` planned. If it failed, return what it planned before."""
    try:
        preview: Mapping[str, Any] = json.loads(previewed.stdout)
    except ValueError:
        return EMPTY
    return preview


def _pulumi_error(result: PulumiResult) -> RecoveryError:
    if "currently locked" in result.output:
        remedy = "wait until that run has finished; if it was killed, release its lock with `pulumi cancel`"
        return RecoveryError(f"another run has locked the stack:\n{result.quoted_output}\n{remedy}")
    return RecoveryError(f"`pulumi` failed with exit code {result.code}:\n{result.quoted_output}")


def pulumi_cli(stack: str, environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Pulumi:
    """Return a function that runs the `pulumi` on PATH in the program's folder."""

    def pulumi(*arguments: str) -> PulumiResult:
        done = run_pulumi(*arguments, environ={**environ, "PULUMI_STACK": stack}, folder=folder)
        return PulumiResult(done.returncode, done.stdout, done.stderr)

    return pulumi


def last_run_failed(exported: Mapping[str, Any], pulumi: Pulumi) -> bool:
    """Return whether the stack's last run was anything other than a successful update."""
    history = pulumi("stack", "history", "--json", "--page-size", "1")
    runs = json.loads(history.stdout) if history.code == 0 else []
    if not resources_of(exported):
        return bool(runs) and (runs[0]["kind"], runs[0]["result"]) == ("update", "failed")
    return [(run["kind"], run["result"]) for run in runs] != [SUCCEEDED]


def returning_modules(exported: Mapping[str, Any], stack: str) -> set[str]:
    """Return the returning modules of the checkout, which is the current folder.

    Returns none if its settings are invalid. The update reports that.
    """
    try:
        project = project_name()
        return returning(exported, module_folders(Path("modules")), lambda: written_settings(project, stack))
    except ComponentError:
        return set()


def main() -> None:
    parser = argparse.ArgumentParser(description="Repair a stack after an update that failed.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    parser.add_argument(
        "--adopt",
        metavar="MODULES",
        type=str.split,
        default=[],
        help="take over resources of these modules that exist already, whoever made them; separated by blanks",
    )
    options = parser.parse_args()
    pulumi = pulumi_cli(options.stack)
    exported = pulumi("stack", "export")
    if exported.code != 0 and "no stack selected" in exported.stderr:  # although PULUMI_STACK names one
        print("The stack doesn't exist yet: nothing to recover.")
        return
    recovery = Recovery(pulumi, aws_clients(lambda: pulumi("config", "get", "aws:region").stdout.strip()))
    try:
        if exported.code != 0:
            raise _pulumi_error(exported)
        state = json.loads(exported.stdout)
        done = [*_print_each(recovery.repair_from_state(Unfinished.of(state)))]
        returning = returning_modules(state, options.stack)
        if returning or options.adopt or last_run_failed(state, pulumi):
            done += _print_each(recovery.repair_from_preview(returning, options.adopt))
    except RecoveryError as failed:
        sys.exit(f"error: {failed}")
    if not done:
        print("Nothing to recover.")


def _print_each(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        print(printable(line), flush=True)
        yield line


if __name__ == "__main__":
    main()
