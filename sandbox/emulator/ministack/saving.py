"""Saves the state of all services while the emulator runs. MiniStack itself saves it only when it stops.

Changes are saved after about a second, logs and metrics every half minute. Each service's state is copied between two
requests and written in a thread, so no request waits for the disk.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ministack.core.persistence import save_state

from sandbox.emulator.layers import Application, Message, Receive, Send
from sandbox.emulator.ministack import telemetry
from sandbox.emulator.ministack.requests import is_change

SAVE_DELAY_SECONDS = 1.0
"""How long after a change the state is saved."""
TELEMETRY_INTERVAL_SECONDS = 30.0
"""How often logs and metrics are saved."""

States = Callable[[], Mapping[str, Callable[[], Any]]]
"""Returns a function for each service that copies its state. The copy is None if the service has no state."""


class StateSaver:
    """Notices requests that change the state on their way to `behind`. `run` saves the changes."""

    def __init__(self, behind: Application, sweep: Callable[[], Awaitable[None]], states: States) -> None:
        self._behind = behind
        self._sweep = sweep
        self._states = states
        self._changed = asyncio.Event()
        self._saving = asyncio.Lock()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._behind(scope, receive, send)
            return
        beginning = b""

        async def receive_and_record() -> Message:
            nonlocal beginning
            message = await receive()
            beginning = beginning or message.get("body", b"")
            return message

        await self._behind(scope, receive_and_record, send)
        if is_change(scope, beginning):
            self._changed.set()

    async def run(self) -> None:
        await asyncio.gather(self._save_changes(), self._save_telemetry())

    async def close(self) -> None:
        """Wait for the current save to finish, and start no other."""
        await self._saving.acquire()

    async def _save_changes(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(SAVE_DELAY_SECONDS)
            async with self._saving:
                self._changed.clear()
                await self._save()

    async def _save(self) -> None:
        with self._retry_later_on_error():
            await self._sweep()
        for service, state_of in self._states().items():
            with self._retry_later_on_error():
                if (state := state_of()) is not None:
                    await asyncio.to_thread(save_state, service, state)

    async def _save_telemetry(self) -> None:
        saved: dict[str, Any] | None = None
        while True:
            await asyncio.sleep(TELEMETRY_INTERVAL_SECONDS)
            async with self._saving:
                with self._retry_later_on_error():
                    saved = await asyncio.to_thread(telemetry.save, saved)

    @contextmanager
    def _retry_later_on_error(self) -> Iterator[None]:
        """Log an error, such as when a thread changes what is being copied, and save again later."""
        try:
            yield
        except Exception:
            logging.getLogger(__name__).exception("some state was not saved; saving it will be tried again")
            self._changed.set()
