"""Brings a stack in order before an update, after one that didn't finish.

    python -m delivery.recover --stack dev

Never does a `pulumi refresh` of it all: a function whose code was updated, but not yet published, would look done.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.unfinished import Unfinished, imports, logical_name

NOT_THERE = re.compile(r"resource '[^']*' does not exist")


class RecoveryError(Exception):
    """What went wrong, with what `pulumi` said of it."""


@dataclass(frozen=True)
class Ended:
    """A `pulumi` command that has ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def shown(self) -> str:
        return f"{self.stdout}\n{self.stderr}".strip()


Pulumi = Callable[..., Ended]
"""Runs `pulumi` with the arguments given, on the stack to recover."""


def recover(unfinished: Unfinished, pulumi: Pulumi) -> list[str]:
    """Gives what was done, in words; raises RecoveryError where `pulumi` can't do it."""
    done = []
    if unfinished.builds:
        _succeed(pulumi("state", "taint", "--yes", *unfinished.builds))
        done += [f"{logical_name(urn)}: its image was not finished, and is built again" for urn in unfinished.builds]
    if unfinished.creates:
        there = _import(unfinished, pulumi)
        for urn in (str(resource["urn"]) for resource in unfinished.creates):
            done.append(
                f"{logical_name(urn)}: " + ("was created, and is imported" if urn in there else "was not created yet")
            )
    if unfinished.unknown:
        targets = [f"--target={urn}" for urn in unfinished.unknown]
        _succeed(pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates", *targets))
        done.append("the list of pending operations is empty again")
    return done


def _import(unfinished: Unfinished, pulumi: Pulumi) -> set[str]:
    """Take over what is there; gives its URNs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "import.json")
        file.write_text(json.dumps(imports(unfinished.creates)))
        options = ("--yes", "--skip-preview", "--generate-code=false", "--protect=false", "--suppress-outputs")
        ended = pulumi("import", "--file", str(file), *options)
    errors = [line for line in ended.shown.splitlines() if "error: " in line]
    if ended.code != 0 and not (errors and all(NOT_THERE.search(error) for error in errors)):
        raise _failed(ended)
    known = _succeed(pulumi("stack", "export"))
    return {str(resource["urn"]) for resource in json.loads(known.stdout)["deployment"]["resources"]}


def _succeed(ended: Ended) -> Ended:
    if ended.code != 0:
        raise _failed(ended)
    return ended


def _failed(ended: Ended) -> RecoveryError:
    if "currently locked" in ended.shown:
        remedy = "wait until that run is done; if it is dead, release its lock with `pulumi cancel`"
        return RecoveryError(f"another run holds the stack:\n{ended.shown}\n{remedy}")
    return RecoveryError(f"`pulumi` failed with exit code {ended.code}:\n{ended.shown}")


def engine(stack: str, environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Pulumi:
    """`pulumi` of the PATH, in the program's folder."""

    def pulumi(*arguments: str) -> Ended:
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            env={**environ, "PULUMI_STACK": stack},
            cwd=folder,
            capture_output=True,
            text=True,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return pulumi


def main() -> None:
    parser = argparse.ArgumentParser(description="Bring a stack in order after an update that didn't finish.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    pulumi = engine(parser.parse_args().stack)
    exported = pulumi("stack", "export")
    if exported.code != 0 and "no stack named" in exported.stderr:
        print("The stack isn't there yet: nothing to recover.")
        return
    try:
        done = recover(Unfinished.of(json.loads(_succeed(exported).stdout)), pulumi)
    except RecoveryError as failed:
        sys.exit(f"error: {failed}")
    print("\n".join(done or ["Nothing to recover."]))


if __name__ == "__main__":
    main()
