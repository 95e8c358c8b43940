"""What may not be updated: a function beside its canary, and an alias that someone else has moved."""

import asyncio
from typing import Any

import pulumi
import pytest

from components.errors import ComponentError
from components.function import live_alias
from components.function.live_alias import canary_check, unmoved
from components.function.release import Canary, Live

UPDATE = pulumi.ResourceHookArgs(urn="", id="", name="", type="", old_outputs={"name": "dev-orders"})
CREATION = pulumi.ResourceHookArgs(urn="", id="", name="", type="")
SERVED = Live(7, (6, 7))
RUNNING = Live(7, (6, 7), canary=Canary(8, 10, "2026-11-28T14:30:00Z", 15))
ROLE = "arn:aws:iam::123456789012:role/dev-orders"
GRANTED, LESS = "settings 1, permissions abcdef", "settings 2, permissions abc"


class Known:
    """An output whose value is known."""

    def __init__(self, value: Any) -> None:
        self._value = value

    async def future(self) -> Any:
        return self._value


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The alias as `live`, and versions by number."""
    known: dict[str, Any] = {"live": SERVED, "7": ("old", GRANTED), "8": ("new", GRANTED)}

    async def read_live(function: str, options: object) -> Live | None:
        found: Live | None = known["live"]
        return found

    async def invoke(token: str, arguments: dict[str, str], options: object) -> dict[str, str]:
        image, description = known[arguments["qualifier"]]
        return {"imageUri": image, "description": description, "role": ROLE}

    monkeypatch.setattr(live_alias, "read_live", read_live)
    monkeypatch.setattr(live_alias, "invoke_async", invoke)
    monkeypatch.setattr(pulumi, "ResourceHook", lambda name, callback: callback)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    return known


def update(
    image: str = "newer", description: str = GRANTED, change: pulumi.ResourceHookArgs = UPDATE, role: str = ROLE
) -> None:
    wanted: Any = Known({"image": image, "description": description})
    its_role: Any = Known(role)
    check: Any = canary_check("orders", "dev-orders", wanted, its_role, pulumi.InvokeOptions())
    asyncio.run(check(change))


def test_a_version_may_become_a_canary_beside_one_that_keeps_its_permissions(cloud: dict[str, Any]) -> None:
    update()
    cloud["live"] = None
    update()


def test_nothing_is_updated_beside_a_canary_and_the_commands_that_end_it_are_named(cloud: dict[str, Any]) -> None:
    cloud["live"] = RUNNING
    with pytest.raises(ComponentError, match="orders can't be updated yet, because it has a canary of 8 at 10%") as no:
        update()
    assert "delivery.promote orders --stack dev --wait" in str(no.value)
    assert "delivery.rollback orders --stack dev" in str(no.value)


def test_what_equals_the_canary_may_be_published_again(cloud: dict[str, Any]) -> None:
    cloud["live"] = RUNNING
    update("new", GRANTED)
    with pytest.raises(ComponentError):
        update("new", GRANTED.replace("settings 1", "settings 2"))


def test_a_change_of_the_role_can_not_be_a_canary(cloud: dict[str, Any]) -> None:
    with pytest.raises(ComponentError, match="changes the role, and Lambda shares calls only between versions with"):
        update(role="arn:aws:iam::123456789012:role/team/orders")


def test_a_change_that_takes_permissions_can_not_be_a_canary(cloud: dict[str, Any]) -> None:
    with pytest.raises(ComponentError, match="takes permissions or secrets from version 7"):
        update(description=LESS)


def test_a_new_function_needs_no_check(cloud: dict[str, Any]) -> None:
    cloud["live"] = RUNNING
    update(change=CREATION)


def move(decided: Live, change: pulumi.ResourceHookArgs = UPDATE, wants_canary: bool = False) -> None:
    live: Any = Known(decided)
    check: Any = unmoved("orders", "dev-orders", live, wants_canary, pulumi.InvokeOptions())
    asyncio.run(check(change))


def test_an_alias_moves_if_nobody_else_has_moved_it(cloud: dict[str, Any]) -> None:
    move(Live(8, (6, 7, 8), seen=SERVED))
    move(Live(1, (1,), seen=None))


@pytest.mark.parametrize("found", [RUNNING, Live(6, (6, 7)), Live(7, (7,))])
def test_an_alias_that_someone_else_has_moved_stays_as_it_is(cloud: dict[str, Any], found: Live) -> None:
    cloud["live"] = found
    with pytest.raises(ComponentError, match="moved by someone else during this update, and stays as it is: it serves"):
        move(Live(8, (6, 7, 8), seen=SERVED))


@pytest.mark.parametrize("decided", [Live(8, (6, 7, 8), seen=SERVED), Live(1, (1,), seen=None)])
def test_an_alias_that_is_gone_has_to_be_refreshed(cloud: dict[str, Any], decided: Live) -> None:
    cloud["live"] = None
    with pytest.raises(ComponentError, match="is gone: something other than Pulumi deleted it"):
        move(decided)


def test_a_first_version_is_reported_not_to_be_a_canary(cloud: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", said.append)
    move(Live(1, (1,)), CREATION)
    assert said == []
    move(Live(1, (1,)), CREATION, wants_canary=True)
    assert said == ["version 1 of dev-orders serves all callers at once: there is no version to compare a canary with"]
