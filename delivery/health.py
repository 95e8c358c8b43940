"""Checks what a stack serves: its functions and aliases, the images that they need, and its alarms.

    python -m delivery.health --stack dev

It needs the caller's AWS credentials, and neither Docker nor the Pulumi engine. The exit code is 1 if something is
wrong, except for alarms that are firing.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from components.naming import MODULE_TAG, OWNER_TAG, owner, physical_name
from components.printable import printable
from components.served import ALIAS
from delivery.alarms import firing
from delivery.clients import MAX_CONCURRENT_CALLS
from delivery.formatting import short_digest
from delivery.live import Alias, Function, ReleaseError, Status, Version
from delivery.prune import last_passed
from delivery.stack import Stack


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a module."""

    module: str
    """Empty for the stack itself."""
    what: str
    remedy: str
    fails: bool = True
    """Whether the check fails because of it. It doesn't because of an alarm: the last update may end that."""

    def __str__(self) -> str:
        return printable(f"{self.module or 'the stack'}: {self.what}: {self.remedy}")


def problems(stack: Stack) -> list[Problem]:
    """Return what is wrong with a stack's functions, sorted by module, and its firing alarms. Raises ReleaseError."""
    keep = stack.keep_versions()
    with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
        found = list(threads.map(lambda function: list(_of_function(function, keep)), stack.functions()))
    return [problem for each in found for problem in each] + list(_firing(stack))


def _of_function(function: Function, keep: int) -> Iterator[Problem]:
    yield from _wrong_function(function.module, function.status())
    alias = function.alias()
    if alias is None:
        remedy = "see its log, and update the stack"
        yield Problem(function.module, f"no version is served, because it has no alias `{ALIAS}`", remedy)
        return
    served = {alias.live.version, *alias.weights}
    for number in _needed(function, alias, keep):
        version = function.version(number, alias)
        if version.number in served and version.status.state != "Active":
            yield _inactive(function.module, version)
        if version.tag is None:
            yield _without_image(function.module, version, version.number in served)


def _wrong_function(module: str, status: Status) -> Iterator[Problem]:
    """Lambda makes inactive what isn't called for weeks, and nobody calls a function without its alias."""
    explained = f" ({status.reason})" if status.reason else ""
    remedy = "update the stack again" if "Failed" in (status.state, status.update) else "check again in a minute"
    if status.state not in ("Active", "Inactive"):
        yield Problem(module, f"its function is {status.state}{explained}", remedy)
    elif status.update != "Successful":
        yield Problem(module, f"the last update of its function is {status.update}{explained}", remedy)


def _needed(function: Function, alias: Alias, keep: int) -> list[int]:
    """Return the versions that are served, that can be served again, or that a hold refers to, the newest first."""
    live, existing = alias.live, function.numbers()
    held = {live.hold.version, live.hold.instead_of} if live.hold else set()
    wanted = {live.version, *alias.weights, *held, *last_passed(existing, live, keep)}
    return sorted(wanted & existing, reverse=True)


def _inactive(module: str, version: Version) -> Problem:
    status = version.status
    what = f"version {version.number}, which `{ALIAS}` serves, is {status.state}"
    what += f" ({status.reason})" if status.reason else ""
    if status.state == "Inactive":
        return Problem(module, what, "invoke it until it answers; Lambda refuses the first calls")
    return Problem(module, what, "roll back, or update the stack")


def _without_image(module: str, version: Version, is_served: bool) -> Problem:
    use = f"which `{ALIAS}` serves" if is_served else "which a rollback could serve"
    what = f"the registry doesn't have the image {short_digest(version.digest)} of version {version.number}, {use}"
    remedy = "roll back, or ship its commit again" if is_served else "ship its commit again before you need it"
    return Problem(module, what, remedy)


def _firing(stack: Stack) -> Iterator[Problem]:
    """Yield the alarms of a stack that are firing. Their tags say whose they are."""
    for alarm in firing(stack.client, physical_name(stack.prefix, "")):
        if alarm.tags.get(OWNER_TAG) == owner(stack.project, stack.name):
            what = f"the alarm {alarm.name} is firing" + (f" ({alarm.description})" if alarm.description else "")
            yield Problem(alarm.tags.get(MODULE_TAG, ""), what, "see the log of the module", fails=False)


def main() -> None:
    parser = argparse.ArgumentParser(description="Check a stack's functions, their images, and its alarms.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    options = parser.parse_args()
    try:
        found = problems(Stack.of(options.stack))
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")
    for problem in found:
        print(problem)
    if any(problem.fails for problem in found):
        sys.exit(1)
    if not found:
        print(f"{options.stack} is healthy: its functions are active, their images are there, and no alarm is firing.")


if __name__ == "__main__":
    main()
