import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.emulator.layers import Message, Receive, Send
from sandbox.emulator.ministack import saving

CHANGE = {"type": "http", "method": "POST", "path": "/2015-03-31/functions", "headers": []}
INVOCATION = {**CHANGE, "path": "/2015-03-31/functions/f/invocations"}


class Saved:
    """What a keeper has written, of a service whose state counts how often it was copied."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.written: list[tuple[str, Any]] = []
        self.sweeps = 0
        self.copies = 0
        self.last = 0
        self.may_write = threading.Event()
        self.may_write.set()
        monkeypatch.setattr(saving, "SAVE_DELAY_SECONDS", 0.0)
        monkeypatch.setattr(saving, "save_state", self._write)
        self.saver = saving.StateSaver(
            self._behind, self._sweep, lambda: {"service": self._state, "unused": lambda: None, "last": lambda: 0}
        )

    def run(self, scenario: Callable[[], Awaitable[None]]) -> None:
        async def with_keeper() -> None:
            keeping = asyncio.create_task(self.saver.run())
            await asyncio.wait_for(scenario(), 30)
            keeping.cancel()

        asyncio.run(with_keeper())

    async def ask(self, scope: Message) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None: ...

        await self.saver(scope, receive, send)

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            await asyncio.sleep(0.001)

    def _write(self, service: str, state: Any) -> None:
        assert self.may_write.wait(30)
        if service == "service":
            self.written.append((service, state))
        else:
            self.last += 1

    def _state(self) -> int:
        self.copies += 1
        if self.copies == 2:
            raise RuntimeError("dictionary changed size during iteration")
        return self.copies

    async def _sweep(self) -> None:
        self.sweeps += 1

    @staticmethod
    async def _behind(scope: Message, receive: Receive, send: Send) -> None:
        await receive()


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> Saved:
    return Saved(monkeypatch)


def test_a_change_is_saved_and_an_invocation_is_not(saved: Saved) -> None:
    async def scenario() -> None:
        await saved.ask(INVOCATION)
        assert not saved.saver._changed.is_set()
        await saved.ask(CHANGE)
        await saved.until(lambda: bool(saved.written))

    saved.run(scenario)
    assert (saved.written, saved.sweeps) == ([("service", 1)], 1)


def test_requests_are_answered_while_the_state_is_written(saved: Saved) -> None:
    async def scenario() -> None:
        saved.may_write.clear()
        await saved.ask(CHANGE)
        await saved.until(lambda: saved.copies == 1)
        await saved.ask(CHANGE)
        saved.may_write.set()
        await saved.until(lambda: len(saved.written) == 2)

    saved.run(scenario)
    assert [state for _, state in saved.written] == [1, 3], "the copy that failed is taken again"
    assert saved.last >= 2, "and keeps no other service from being saved"


def test_one_that_is_closed_ends_what_it_writes_and_begins_nothing(saved: Saved) -> None:
    async def scenario() -> None:
        saved.may_write.clear()
        await saved.ask(CHANGE)
        await saved.until(lambda: saved.copies == 1)
        asyncio.get_running_loop().call_later(0.05, saved.may_write.set)
        await saved.saver.close()
        assert saved.written == [("service", 1)]
        await saved.ask(CHANGE)
        await asyncio.sleep(0.05)

    saved.run(scenario)
    assert saved.written == [("service", 1)]
