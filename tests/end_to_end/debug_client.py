"""A client of a debugger, as an editor is one: https://microsoft.github.io/debug-adapter-protocol/specification"""

import json
import socket
from typing import Any

Message = dict[str, Any]


class DebugClient:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._stream = self._socket.makefile("rb")
        self._received: list[Message] = []
        self._sent = 0

    def __enter__(self) -> "DebugClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()

    def attach(self, folder: str, remote: str, breakpoints: dict[str, int]) -> None:
        """Attach, with a breakpoint in a line of each of these files."""
        self.request("initialize", adapterID="debugpy", pathFormat="path")
        mapping = {"localRoot": folder, "remoteRoot": remote}
        attaching = self.send("attach", pathMappings=[mapping], justMyCode=True)
        self.event("initialized")
        for file, line in breakpoints.items():
            self.request("setBreakpoints", source={"path": f"{folder}/{file}"}, breakpoints=[{"line": line}])
        self.request("configurationDone")
        self._response(attaching)

    def request(self, command: str, **arguments: Any) -> Message:
        """Send a request, and return the body of its response."""
        return self._response(self.send(command, **arguments))

    def send(self, command: str, **arguments: Any) -> int:
        self._sent += 1
        body = json.dumps({"seq": self._sent, "type": "request", "command": command, "arguments": arguments}).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return self._sent

    def event(self, name: str) -> Message:
        """Wait for an event, and return its body."""
        found = self._wait(lambda message: message.get("event") == name)
        body: Message = found.get("body") or {}
        return body

    def _response(self, request: int) -> Message:
        found = self._wait(lambda message: message.get("request_seq") == request)
        assert found["success"], found
        body: Message = found.get("body") or {}
        return body

    def _wait(self, fits: Any) -> Message:
        while True:
            for message in self._received:
                if fits(message):
                    self._received.remove(message)
                    return message
            self._received.append(self._read())

    def _read(self) -> Message:
        length = 0
        while (line := self._stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the debugger has closed the connection"
        message: Message = json.loads(self._stream.read(length))
        return message
