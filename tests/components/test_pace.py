import asyncio
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


def run(work: Work, items: range, limit: int) -> Any:
    def program() -> pulumi.Output[Any]:
        return pulumi.Output.all(*(output for _, output in a_few_at_a_time(items, work.create, limit)))

    return deploy(program)[0]


def test_every_item_is_made_and_its_output_is_its_own() -> None:
    assert run(Work(), range(10), limit=3) == [item * item for item in range(10)]


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_than_the_limit_are_unfinished_at_once(limit: int) -> None:
    work = Work()
    run(work, range(10), limit)
    assert work.most == limit


def test_a_failing_item_fails_the_program() -> None:
    def create(item: int) -> pulumi.Output[int]:
        if item == 1:
            raise pulumi.RunError("item 1 is broken")
        return pulumi.Output.from_input(item)

    def program() -> pulumi.Output[Any]:
        return pulumi.Output.all(*(output for _, output in a_few_at_a_time(range(3), create, 1)))

    with pytest.raises(pulumi.RunError, match="item 1 is broken"):
        deploy(program)
