"""Refuses what no AWS client asks for, before anything else sees it: web pages, unknown names, administration."""

import json
from collections.abc import Collection
from urllib.parse import urlsplit

from sandbox.emulator.layers import Application, Message, Receive, Send, answer

FUNCTION_URLS = "/_aws/lambda-url/"
"""Beginning of the paths under which functions are asked as their URLs would; these may be asked by web pages too."""
GENERATION = "/_sandbox/generation"
PUBLIC_PATHS = ("/_ministack/health", GENERATION)
"""Of the paths that are no part of AWS, those that tell nobody anything."""
LOCAL_HOST_NAMES = ("127.0.0.1", "localhost", "host.docker.internal")
"""Names of this machine, for itself and for containers."""
REGISTRY_SUFFIX = ".amazonaws.com"
"""Of the registry's name on AWS, `<account>.dkr.ecr.<region>.amazonaws.com`, which leads here where it is set up."""


class Gate:
    """Lets AWS's own requests through to `behind`; `hosts` are the addresses that it is listened on."""

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
        if path.startswith(FUNCTION_URLS):
            return None
        if any(name == b"origin" for name, _ in headers):
            return "no web page may ask AWS's own services here"
        if path.startswith("/_") and path not in PUBLIC_PATHS:
            return "the emulator's administration is closed"
        return None

    def _is_known(self, host: str, path: str) -> bool:
        """Whatever the port: what forwards to this one has another, and a web page can't choose the name."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._hosts or (path.startswith("/v2/") and name.endswith(REGISTRY_SUFFIX))
