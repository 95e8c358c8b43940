"""Requires a token of ECR, and the IAM permission for each action, to push or pull images, as AWS does."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable

from sandbox.emulator.layers import Application, Message, Receive, Send, answer

TOKEN_LIFETIME_SECONDS = 12 * 3600
"""How long a token is valid: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html"""
USER = "AWS"
REGISTRY_PATH = re.compile(r"/v2/(?P<repository>.+?)/(?P<kind>manifests|blobs/uploads|blobs|tags)(?:/.*)?")
API_GATEWAY_PATH = re.compile(
    r"(?!.*/(?:blobs|manifests)/|.*/tags/list$)/v2/(?:apis|domainnames|tags)(?:/.*)?", re.DOTALL
)
"""API Gateway's paths begin as the registry's do. MiniStack takes the excluded ones for the registry's."""
ACTIONS = {
    ("GET", "manifests"): "BatchGetImage",
    ("HEAD", "manifests"): "BatchGetImage",
    ("PUT", "manifests"): "PutImage",
    ("DELETE", "manifests"): "BatchDeleteImage",
    ("GET", "blobs"): "GetDownloadUrlForLayer",
    ("HEAD", "blobs"): "BatchCheckLayerAvailability",
    ("POST", "blobs/uploads"): "InitiateLayerUpload",
    ("PATCH", "blobs/uploads"): "UploadLayerPart",
    ("PUT", "blobs/uploads"): "CompleteLayerUpload",
    ("GET", "blobs/uploads"): "UploadLayerPart",
    ("DELETE", "blobs/uploads"): "UploadLayerPart",
    ("GET", "tags"): "ListImages",
}
"""The ECR action that IAM has to allow for a request."""

IsAllowed = Callable[[str, str, str], bool]
"""Returns whether an access key may perform an ECR action on a repository."""


class Tokens:
    """Passwords for the registry. Each has an access key, an expiry time, and a signature by this process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, access_key: str) -> str:
        claim = f"{access_key}.{int(time.time()) + TOKEN_LIFETIME_SECONDS}"
        return f"{claim}.{self._signature(claim)}"

    def caller(self, password: str) -> str | None:
        """Return the access key that the password was issued to. None if it is invalid or has expired."""
        claim, _, signature = password.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(claim).encode()):
            return None
        access_key, _, expires = claim.rpartition(".")
        return access_key if time.time() < int(expires) else None

    def _signature(self, claim: str) -> str:
        return hmac.new(self._key, claim.encode(), hashlib.sha256).hexdigest()


class RegistryAccess:
    """Checks requests to the registry, and passes allowed and all other requests on to `behind`."""

    def __init__(self, tokens: Tokens, is_allowed: IsAllowed, behind: Application) -> None:
        self._tokens = tokens
        self._is_allowed = is_allowed
        self._behind = behind

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_registrys(scope["path"]):
            await self._behind(scope, receive, send)
        elif (caller := self._tokens.caller(_password(scope))) is None:
            realm = {"WWW-Authenticate": 'Basic realm="ECR"'}
            await _refuse(send, 401, "UNAUTHORIZED", "log in with a token of ecr:GetAuthorizationToken", realm)
        elif denied := self._denied(caller, scope):
            await _refuse(send, 403, "DENIED", denied, {})
        else:
            await self._behind(scope, receive, send)

    def _denied(self, caller: str, scope: Message) -> str | None:
        """Return why the caller is denied, or None. A request for no repository needs only a token."""
        if scope["path"] in ("/v2", "/v2/"):
            return None
        request = REGISTRY_PATH.fullmatch(scope["path"])
        action = ACTIONS.get((scope["method"], request["kind"])) if request else None
        if request is None or action is None:
            return f"{scope['method']} {scope['path']} is not a request that this registry answers"
        if self._is_allowed(caller, action, request["repository"]):
            return None
        return f"not authorized to perform: ecr:{action} on {request['repository']}"


def _is_registrys(path: str) -> bool:
    return f"{path}/".startswith("/v2/") and not API_GATEWAY_PATH.fullmatch(path)


def _password(scope: Message) -> str:
    """Return the password of HTTP Basic authentication, or an empty text if there is no valid one."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    scheme, _, encoded = headers.get(b"authorization", b"").partition(b" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return password if (scheme.lower(), user) == (b"basic", USER) else ""


async def _refuse(send: Send, status: int, code: str, message: str, headers: dict[str, str]) -> None:
    body = json.dumps({"errors": [{"code": code, "message": message}]})
    await answer(send, status, {"Content-Type": "application/json", **headers}, body.encode())
