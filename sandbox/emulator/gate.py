"""Refuses requests that no AWS client sends: from web pages, to unknown host names, to the emulator's own interface."""

import json
from collections.abc import Collection
from urllib.parse import urlsplit

from sandbox.emulator.layers import Application, Message, Receive, Send, answer

FUNCTION_URLS = "/_aws/lambda-url/"
"""The prefix of the paths that stand for function URLs. Web pages may request these too."""
HTTP_APIS = "/_aws/execute-api/"
"""The prefix of the paths that stand for the hosts of HTTP APIs. Web pages may request these, too."""
GENERATION = "/_sandbox/generation"
PUBLIC_PATHS = ("/_ministack/health", GENERATION)
"""The paths of the emulator's own interface that anybody may request, because they reveal nothing."""
LOCAL_HOST_NAMES = ("127.0.0.1", "localhost", "host.docker.internal")
"""The names of this machine, for itself and for containers."""
REGISTRY_SUFFIX = ".amazonaws.com"
"""The end of the registry's name on AWS, `<account>.dkr.ecr.<region>.amazonaws.com`, which may be mapped to here."""


class Gate:
    """Passes requests of AWS clients on to `behind`. `hosts` are the addresses that the server listens on."""

    def __init__(self, behind: Application, hosts: Collection[str]) -> None:
        self._behind = behind
        self._hosts = {*LOCAL_HOST_NAMES, *hosts}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._behind(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif reason := self._refusal(scope):
            await answer(send, 403, {"Content-Type": "application/json"}, json.dumps({"message": reason}).encode())
        else:
            await self._behind(scope, receive, send)

    def _refusal(self, scope: Message) -> str | None:
        path, headers = scope["path"], scope["headers"]
        named = [value.decode("latin-1") for name, value in headers if name == b"host"]
        if len(named) != 1 or not self._is_known(named[0], path):
            return "the Host header names another server than this one"
        if path.startswith((FUNCTION_URLS, HTTP_APIS)):
            return None
        if any(name == b"origin" for name, _ in headers):
            return "no web page may ask AWS's own services here"
        if path.startswith("/_") and path not in PUBLIC_PATHS:
            return "the emulator's administration is closed"
        return None

    def _is_known(self, host: str, path: str) -> bool:
        """Return whether the host name is known. The port doesn't matter, because it may be forwarded."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._hosts or (path.startswith("/v2/") and name.endswith(REGISTRY_SUFFIX))
