"""Working on a few modules at a time."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pulumi

T = TypeVar("T")


async def a_few_at_a_time(
    items: Iterable[T], create: Callable[[T], pulumi.Output[Any]], limit: int
) -> list[tuple[T, pulumi.Output[Any]]]:
    """Call `create` for each item, at most `limit` of them unfinished at once; gives items with their outputs.

    An item is finished when its output resolves. Raises as soon as one fails, and begins with no other then.

    This bounds how many images build at once, which the docker provider doesn't. And it keeps the time of a program
    that awaits it (`pulumi.run`) linear: at a program's end the Python SDK waits on all pending outputs at once, again
    and again.
    """
    made: list[tuple[T, pulumi.Output[Any]]] = []
    to_do = (item for item in items)

    async def work() -> None:
        for item in to_do:
            output = create(item)
            await output.future()
            made.append((item, output))

    try:
        await asyncio.gather(*(work() for _ in range(limit)))
    finally:
        to_do.close()
    return made
