import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.pace import a_few_at_a_time
from tests.components.mocks import deploy


class Work:
    """Each item takes a few turns of the event loop; counts how many are unfinished at once."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0

    def create(self, item: int) -> pulumi.Output[int]:
        async def done() -> int:
            self.running += 1
            self.most = max(self.most, self.running)
            for _ in range(3):
                await asyncio.sleep(0)
            self.running -= 1
            return item * item

        return pulumi.Output.from_input(done())


Create = Callable[[int], pulumi.Output[int]]


def run(create: Create, items: range, limit: int) -> Any:
    """As a program does: its own end waits for them, then their outputs are exported."""

    async def made() -> dict[str, pulumi.Output[int]]:
        return {str(item): output for item, output in await a_few_at_a_time(items, create, limit)}

    return deploy(lambda: pulumi.Output.from_input(made()))[0]


def test_every_item_is_made_and_its_output_is_its_own() -> None:
    assert run(Work().create, range(10), limit=3) == {str(item): item * item for item in range(10)}


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_than_the_limit_are_unfinished_at_once(limit: int) -> None:
    work = Work()
    run(work.create, range(10), limit)
    assert work.most == limit


def test_a_failing_item_fails_the_program() -> None:
    def create(item: int) -> pulumi.Output[int]:
        if item == 1:
            raise pulumi.RunError("item 1 is broken")
        return pulumi.Output.from_input(item)

    with pytest.raises(pulumi.RunError, match="item 1 is broken"):
        run(create, range(3), limit=1)


def test_no_item_is_begun_after_one_has_failed() -> None:
    begun: list[int] = []

    def create(item: int) -> pulumi.Output[int]:
        async def broken() -> int:
            raise pulumi.RunError(f"item {item} is broken")

        begun.append(item)
        return pulumi.Output.from_input(broken() if item == 1 else item)

    with pytest.raises(pulumi.RunError, match="item 1 is broken"):
        run(create, range(100), limit=1)
    assert begun == [0, 1]


def test_nothing_to_make_is_made_at_once() -> None:
    assert run(Work().create, range(0), limit=3) == {}
