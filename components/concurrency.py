"""Bounded concurrency: a few modules are deployed at a time, and one that fails does not stop the others."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import pulumi
from pulumi.output import contains_unknowns
from pulumi.runtime import is_dry_run
from pulumi.runtime.settings import (  # not all public: the SDK is pinned, and tests cover it
    SETTINGS,
    _get_callbacks,
    _get_rpc_manager,
)

from components.errors import ComponentError

FAILED = "not all of its resources were made: the engine has reported why, or the update is limited with `--target`"


class Item(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def after(self) -> Mapping[str, str]:
        """The items that have to be finished before, each with the place of the setting that says so."""


T = TypeVar("T", bound=Item)


async def gather_bounded(
    items: Sequence[T], create: Callable[[T], pulumi.Output[Any]], limit: int, excluded: Collection[str]
) -> list[tuple[T, pulumi.Output[Any]]]:
    """Call `create` for each item, at most `limit` of them unfinished at once; returns the items with their outputs.

    An item is finished when its output resolves. Items come after those that they need, and wait for them. One that
    fails does not stop the others: at the end, a ComponentError names all that failed, also because they need one that
    did. Any other exception, such as the engine's end, stops the work at once.
    Excluded items are those that the engine leaves as they are. They are returned if they exist, and their failures
    are ignored, because the engine has not created or updated them.

    The limit bounds how many images build at once, which the docker provider doesn't. It also keeps the program's
    time linear in the number of modules: at the end of a program, the Python SDK waits repeatedly for all outputs that
    are still pending.
    """
    await _get_callbacks()  # otherwise, each task that registers a hook would start a server of its own for calls to it
    made: list[tuple[T, pulumi.Output[Any]]] = []
    failed: dict[str, str] = {}
    to_do = (item for item in items)
    # An item waits only for earlier ones, so the first unfinished one never waits.
    finished = {item.name: asyncio.Event() for item in items}

    async def wait_for_needed(item: T) -> None:
        for name, place in item.after.items():
            if name in finished:
                await finished[name].wait()
                if not any(name == other.name for other, _ in made):
                    raise ComponentError(f"it was not deployed, because {place} refers to '{name}', which failed")

    async def work() -> None:
        for item in to_do:
            try:
                await wait_for_needed(item)
                output = create(item)
                await output.future()
                if not is_dry_run() and not await output.is_known():
                    raise ComponentError(FAILED)
                made.append((item, output))
            except ComponentError as error:
                failed[item.name] = str(error)
            finished[item.name].set()

    try:
        await asyncio.gather(*(work() for _ in range(limit)))
    finally:
        to_do.close()
        for event in finished.values():
            event.set()
    if failed:
        await _wait_for_pending()
    if unexpected := {name: error for name, error in failed.items() if name not in excluded}:
        raise ComponentError(_summary(unexpected, len(items)))
    return made


async def of_what_was_made(outputs: Mapping[str, pulumi.Output[Any]]) -> dict[str, pulumi.Output[Any]]:
    """Leave out the outputs of resources that failed, or that an update with `--target` doesn't create."""
    made = {}
    for name, output in outputs.items():
        with suppress(ComponentError):
            if await output.is_known() or is_dry_run():
                made[name] = output
    return made


def refuse_unknown(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A stack transformation that refuses a resource whose inputs depend on a resource that failed.

    With `--continue-on-error` the outputs of a failed resource are unknown. A resource that needs them would be
    invalid, and one invalid resource makes the engine end the update of all others.
    """
    if is_dry_run():
        return None

    def known(value: Any) -> Any:
        if contains_unknowns(value):
            raise ComponentError(f"{args.name} needs a resource that was not made: the engine has reported why")
        return value

    props = {
        name: value.apply(known, run_with_unknowns=True) if isinstance(value, pulumi.Output) else value
        for name, value in (args.props or {}).items()
    }
    return pulumi.ResourceTransformationResult(props, args.opts)


async def _wait_for_pending() -> None:
    """Wait until all pending calls have ended, whether they succeed or fail.

    The SDK itself stops at the first exception. The last resources of other modules would then be missing from the
    state, and all errors but one from the output.
    """
    manager = _get_rpc_manager()
    while pending := [*manager.rpcs, *SETTINGS.outputs]:
        manager.rpcs.clear()
        SETTINGS.outputs.clear()
        await asyncio.gather(*pending, return_exceptions=True)
    manager.clear()


def _summary(failed: dict[str, str], total: int) -> str:
    errors = [f"{name}: {error}" for name, error in sorted(failed.items())]
    return "\n".join([f"{len(failed)} of {total} modules failed: {', '.join(sorted(failed))}", *errors])
