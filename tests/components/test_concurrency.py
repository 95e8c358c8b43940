import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest
from pulumi.runtime._callbacks import _CallbackServicer

from components.concurrency import gather_bounded, of_what_was_made, refuse_unknown
from components.errors import ComponentError
from tests.components.mocks import Recording, deploy_async, unknown


@dataclass(frozen=True)
class Item:
    number: int
    after: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"item-{self.number}"


class Work:
    """Each item takes a few turns of the event loop; counts how many are unfinished at once."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0

    def create(self, item: Item) -> pulumi.Output[int]:
        async def done() -> int:
            self.running += 1
            self.most = max(self.most, self.running)
            for _ in range(3):
                await asyncio.sleep(0)
            self.running -= 1
            return item.number**2

        return pulumi.Output.from_input(done())


Create = Callable[[Item], pulumi.Output[Any]]


def run(
    create: Create,
    count: int,
    limit: int,
    recording: Recording | None = None,
    excluded: Collection[str] = (),
    after: Mapping[int, Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """As the engine runs a program that awaits the work; returns the values of the outputs by name."""
    values: dict[str, Any] = {}

    async def main() -> None:
        items = [Item(number, (after or {}).get(number, {})) for number in range(count)]
        for item, output in await gather_bounded(items, create, limit, excluded):
            values[item.name] = await output.future()

    deploy_async(main, recording or Recording())
    return values


def test_every_item_is_made_and_its_output_is_its_own() -> None:
    assert run(Work().create, 10, limit=3) == {f"item-{number}": number**2 for number in range(10)}


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_than_the_limit_are_unfinished_at_once(limit: int) -> None:
    work = Work()
    run(work.create, 10, limit)
    assert work.most == limit


def test_one_server_takes_the_calls_of_all_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK starts another one, with a port of its own, for each task that doesn't know of one."""
    started, serve = [], _CallbackServicer.serve

    async def counted(server: _CallbackServicer) -> None:
        started.append(server)
        await serve(server)  # type: ignore[no-untyped-call]  # the SDK's own has no types

    async def check(_: pulumi.ResourceHookArgs) -> None: ...

    def create(item: Item) -> pulumi.Output[Any]:
        hook = pulumi.ResourceHook(item.name, check)
        return pulumi.Output.from_input(hook._registered)

    monkeypatch.setattr(_CallbackServicer, "serve", counted)
    assert len(run(create, 4, limit=2)) == 4
    assert len(started) == 1


def test_nothing_to_make_is_made_at_once() -> None:
    assert run(Work().create, 0, limit=3) == {}


def broken(item: Item) -> pulumi.Output[Any]:
    """Items 1 and 3 fail; each registers a resource at its very end, which nothing waits for."""
    first = pulumi.Stash(f"{item.name}-first", input=item.number)

    def check(number: float) -> float:
        if number in (1, 3):
            raise ComponentError(f"{number:.0f} is odd")
        return number

    checked = first.output.apply(check)
    pulumi.Stash(f"{item.name}-last", input=pulumi.Stash(f"{item.name}-alias", input=checked).output)
    return checked


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_items_that_fail_stop_no_others_and_all_are_reported(limit: int) -> None:
    recording = Recording()
    with pytest.raises(ComponentError) as failed:
        run(broken, 5, limit, recording)
    assert str(failed.value).splitlines() == [
        "2 of 5 modules failed: item-1, item-3",
        "item-1: 1 is odd",
        "item-3: 3 is odd",
    ]
    made = {resource.name for resource in recording.resources}
    assert {f"item-{number}-last" for number in (0, 2, 4)} <= made
    assert {"item-1-alias", "item-3-alias"}.isdisjoint(made)


def test_an_item_that_fails_before_it_registers_anything_stops_no_others() -> None:
    def create(item: Item) -> pulumi.Output[Any]:
        if item.number == 0:
            raise ComponentError("it is broken")
        return pulumi.Stash(item.name, input=1).output

    recording = Recording()
    with pytest.raises(ComponentError, match="1 of 3 modules failed: item-0\nitem-0: it is broken"):
        run(create, 3, 1, recording)
    assert [resource.name for resource in recording.of("pulumi:index:Stash")] == ["item-1", "item-2"]


def test_an_item_whose_resource_the_engine_could_not_make_has_failed_unless_it_was_excluded() -> None:
    """With `--continue-on-error` the outputs of such a resource are unknown, in an update too."""

    def create(item: Item) -> pulumi.Output[Any]:
        return unknown() if item.number == 1 else pulumi.Output.from_input(item.number)

    with pytest.raises(
        ComponentError,
        match="1 of 3 modules failed: item-1\nitem-1: not all of its resources were made: the engine has reported why",
    ):
        run(create, 3, 1)
    with pytest.raises(ComponentError, match="1 of 3 modules failed: item-1"):
        run(create, 3, 1, excluded=["item-0"])
    assert run(create, 3, 1, excluded=["item-1"]) == {"item-0": 0, "item-2": 2}


def test_items_that_are_left_as_they_are_may_fail() -> None:
    """Such as one whose version has not the wanted settings, because its function was not updated."""
    recording = Recording()
    values = run(broken, 5, 2, recording, excluded=["item-1", "item-3"])
    assert values == {"item-0": 0, "item-2": 2, "item-4": 4}
    assert {"item-0-last", "item-2-last", "item-4-last"} <= {resource.name for resource in recording.resources}


def test_another_exception_than_a_component_error_ends_the_work() -> None:
    begun: list[int] = []

    def create(item: Item) -> pulumi.Output[Any]:
        begun.append(item.number)
        if item.number == 1:
            raise pulumi.RunError("Resource monitor has terminated, shutting down")
        return pulumi.Output.from_input(item.number)

    with pytest.raises(pulumi.RunError, match="has terminated"):
        run(create, 100, limit=1)
    assert begun == [0, 1]


def test_nothing_is_registered_that_needs_what_was_not_made() -> None:
    """The engine would refuse it, and end the update of all others."""

    def create(item: Item) -> pulumi.Output[Any]:
        image = unknown() if item.number == 1 else pulumi.Output.from_input("the image")
        given = pulumi.ResourceTransformationArgs(
            resource=None,  # type: ignore[arg-type]  # it isn't looked at
            type_="function",
            name=f"{item.name}-function",
            props={"image": image, "memory": 512},
            opts=pulumi.ResourceOptions(),
        )
        refused = refuse_unknown(given)
        assert refused is not None
        return pulumi.Output.all(**refused.props)

    with pytest.raises(ComponentError, match="item-1: item-1-function needs a resource that was not made"):
        run(create, 3, 1)
    assert run(create, 1, 1) == {"item-0": {"image": "the image", "memory": 512}}


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_an_item_waits_for_those_that_it_needs(limit: int) -> None:
    finished: list[int] = []

    def create(item: Item) -> pulumi.Output[Any]:
        assert {int(name.removeprefix("item-")) for name in item.after} <= {*finished}

        async def done() -> int:
            for _ in range(5 - item.number):
                await asyncio.sleep(0)
            finished.append(item.number)
            return item.number

        return pulumi.Output.from_input(done())

    after = {2: {"item-0": "a"}, 3: {"item-0": "b", "item-2": "c"}, 4: {"item-3": "d"}}
    assert len(run(create, 5, limit, after=after)) == 5


@pytest.mark.parametrize("limit", [1, 5])
def test_those_that_need_an_item_that_failed_fail_with_the_setting_that_refers_to_it(limit: int) -> None:
    recording = Recording()
    after = {2: {"item-1": "module.yaml:5: environment.URL"}, 4: {"item-2": "module.yaml:3: environment.URL"}}
    with pytest.raises(ComponentError) as failed:
        run(broken, 5, limit, recording, after=after)
    assert str(failed.value).splitlines() == [
        "4 of 5 modules failed: item-1, item-2, item-3, item-4",
        "item-1: 1 is odd",
        "item-2: it was not deployed, because module.yaml:5: environment.URL refers to 'item-1', which failed",
        "item-3: 3 is odd",
        "item-4: it was not deployed, because module.yaml:3: environment.URL refers to 'item-2', which failed",
    ]
    assert {resource.name for resource in recording.resources if "item-0" in resource.name} != set()
    assert not any(resource.name.startswith(("item-2", "item-4")) for resource in recording.resources)


def test_outputs_of_what_was_not_made_are_left_out() -> None:
    async def failed() -> str:
        raise ComponentError("needs a resource that was not made")

    outputs: dict[str, pulumi.Output[Any]] = {
        "made": pulumi.Output.from_input("made"),
        "failed": pulumi.Output.from_input(failed()),
        "not made": unknown(),
    }
    found: dict[str, Any] = {}

    async def main() -> None:
        found.update(await of_what_was_made(outputs))

    deploy_async(main, Recording())
    assert found.keys() == {"made"}
