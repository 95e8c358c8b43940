"""Watches canaries, and ends each: it serves the new version to all callers, or goes back to the one before.

    python -m delivery.promote --stack dev --wait
    python -m delivery.promote thumbnail --stack dev

Without `--wait`, it does what is due now: a canary whose time is not over is judged and goes on. If a canary is given
up, its module is held at the version before, and the exit code is 1.
"""

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from components.function.release import Canary, next_step, rolled_back, timestamp
from components.printable import printable
from components.served import ALIAS
from delivery.canary import calls_of, fault, raised_alarm
from delivery.clients import MAX_CONCURRENT_CALLS
from delivery.live import Alias, Function, ReleaseError
from delivery.stack import Stack

POLL_SECONDS = 20.0
"""How often metrics, alarms and the alias are read."""
PROMOTER = "promote"
"""Who holds a module whose canary was given up, as its record says."""
Say = Callable[[str], None]
"""Prints a line."""


class CanaryFailedError(ReleaseError):
    """A canary was given up. The message says why."""


@dataclass(frozen=True)
class Clock:
    """Passing time, which tests replace."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


CLOCK = Clock()


def promote(function: Function, wait: bool, say: Say, clock: Clock = CLOCK) -> bool:
    """Watch the canary of a function, if it has one. Return whether it ended, so that all callers get its version.

    Raises CanaryFailedError if the canary was given up, and ReleaseError if it can't be watched.
    """
    step: Canary | None = None
    ends = 0.0
    while True:
        alias = function.served()
        canary = alias.live.canary
        if canary is None and (step is None or alias.live.version == step.version):
            return step is not None  # someone else may have released it
        if canary is None or alias.weights != alias.live.weights or (step and canary.version != step.version):
            raise ReleaseError(_moved_by_others(function, alias))
        if canary != step:
            step, ends = canary, clock.monotonic() + _seconds_left(canary, clock.now())
        if reason := _fault(function, alias.live.version, canary, say):
            live = function.move(alias, rolled_back(alias.live, alias.live.version, timestamp(), PROMOTER, reason))
            raise CanaryFailedError(f"{function.module} {live.predicate}")
        left = ends - clock.monotonic()
        if left <= 0:
            live = function.move(alias, next_step(alias.live, timestamp()))
            say(f"{function.module} {live.predicate or f'serves version {live.version} to all callers'}")
        elif wait:
            clock.sleep(min(left, POLL_SECONDS))
        else:
            say(f"{function.module}: this share ends in {math.ceil(left / 60)} minutes")
            return False


def _seconds_left(canary: Canary, now: datetime) -> float:
    """Return how long a canary keeps its share. It's never longer than it was to be, whatever clock wrote the record.

    From here on, a clock counts that can't be set.
    """
    whole = canary.minutes * 60.0
    return min(whole, whole - (now - datetime.fromisoformat(canary.since)).total_seconds())


def _fault(function: Function, beside: int, canary: Canary, say: Say) -> str | None:
    """Return why a canary has to be given up. None if it can go on."""
    calls = calls_of(function, [canary.version, beside], canary.since)
    say(
        f"{function.module}: version {canary.version} gets {canary.percent}%: {calls[canary.version]}; "
        f"version {beside}: {calls[beside]}"
    )
    if reason := fault(calls[canary.version], calls[beside]):
        return reason
    alarm = raised_alarm(function, canary.since)
    return f"the alarm {alarm} was raised" if alarm else None


def _moved_by_others(function: Function, alias: Alias) -> str:
    others = "".join(f", {share:.0%} to version {version}" for version, share in alias.weights.items())
    return (
        f"the canary of {function.module} isn't watched any more, because someone else moved `{ALIAS}`: it sends calls "
        f"to version {alias.live.version}{others}, and its record is `{alias.live.description}`. Choose what is served "
        f"with `delivery.rollback` or `delivery.release`"
    )


def promote_all(chosen: Sequence[Function], wait: bool, say: Say) -> tuple[list[str], list[str]]:
    """Watch the canaries of functions at the same time. Return the modules of which one ended, and errors."""

    def outcome(function: Function) -> tuple[bool, str]:
        try:
            return promote(function, wait, say), ""
        except CanaryFailedError as failed:
            return True, str(failed)
        except ReleaseError as failed:
            return False, str(failed)

    with ThreadPoolExecutor(max(len(chosen), 1)) as threads:
        outcomes = list(threads.map(outcome, chosen))
    ended = [function.module for function, (has_ended, _) in zip(chosen, outcomes, strict=True) if has_ended]
    return ended, [error for _, error in outcomes if error]


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Watch canaries, and serve each new version to all callers in the end."
    )
    parser.add_argument("module", nargs="?", help="only this module's; all modules' if not given")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    parser.add_argument("--wait", action="store_true", help="wait until each canary has ended")
    options = parser.parse_args()
    try:
        stack = Stack.of(options.stack)
        chosen = with_canaries(stack.chosen(options.module))
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")
    if not chosen:
        print(f"no canary runs in {options.stack}")
    ended, errors = promote_all(chosen, options.wait, lambda line: print(printable(line), flush=True))
    if output := os.environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a") as file:
            file.write(f"ended={' '.join(ended)}\n")
    if errors:
        sys.exit("\n".join(f"error: {error}" for error in errors))


def with_canaries(functions: Sequence[Function]) -> list[Function]:
    """Return the functions that have a canary. Raises ReleaseError if AWS refuses to say."""
    with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
        aliases = list(threads.map(Function.alias, functions))
    return [each for each, alias in zip(functions, aliases, strict=True) if alias and alias.live.canary]


if __name__ == "__main__":
    main()
