"""Closes a connection when its client closes it.

Hypercorn 0.18 keeps such a connection until its idle timeout. A client that opens a connection for each call would
use up the 1,024 files that a process may open by default.
"""

from hypercorn.asyncio import run
from hypercorn.asyncio.tcp_server import TCPServer


class Connection(TCPServer):
    _ended = False
    """Whether the client has sent everything. It may still wait for an answer."""

    async def _read_data(self) -> None:
        await super()._read_data()
        self._ended = True
        await self.idle_task.stop()

    async def _idle_timeout(self) -> None:
        if not self._ended:
            await super()._idle_timeout()


def close_connections_with_clients() -> None:
    run.TCPServer = Connection  # type: ignore[attr-defined]
