"""Recognises AWS calls and pushes to a registry by what is sent over HTTP, in each of AWS's protocols."""

import functools
import json
import re
from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session

SIGNED_FOR = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/(?P<service>[^/]+)/")
RPC_PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>\w+)")
REGISTRY_PATH = re.compile(r"/v2/.+/(?P<kind>manifests|blobs)/(?P<upload>uploads/)?")
PATH_PARAMETER = re.compile(r"\\\{\w+(?P<greedy>\\\+)?\\\}")
READING = ("BatchGet", "Describe", "Get", "Head", "List")
REST = ("lambda", "s3", "scheduler")
"""The services that name an operation by method and path alone."""


@dataclass(frozen=True)
class Call:
    service: str
    """As signatures name it, such as `monitoring`; `registry` for an image's."""
    operation: str
    protocol: str
    """`json`, `query`, `cbor`, `rest-json`, `rest-xml` or `registry`."""
    content: str
    """What it is about: path, query and body."""

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def changes(self) -> bool:
        """Whether anything is different after it."""
        return not self.operation.startswith(READING)

    def of(self, prefix: str) -> str:
        """The same text whenever a call does the same to the same resources, whose names begin with the prefix."""
        about = {named.removeprefix(prefix).strip("-") for named in re.findall(rf"{prefix}[\w-]*", self.content)}
        return f"{self.name} {', '.join(sorted(about - {''}))}".rstrip()


def call_of(method: str, target: str, headers: Message, body: bytes) -> Call | None:
    """None for what is no call, such as the emulator's own addresses."""
    path = unquote(urlsplit(target).path)
    if pushed := REGISTRY_PATH.match(path):
        content = f"{method} {path}"
        what = {"manifests": "Manifest", "blobs": "Upload" if pushed["upload"] else "Layer"}[pushed["kind"]]
        return Call("registry", f"{method.title()}{what}", "registry", content)
    signed = SIGNED_FOR.search(headers.get("Authorization", ""))
    if signed is None:
        return None
    service = signed["service"]
    content = f"{method} {unquote(target)} {unquote(body.decode(errors='replace'))}"
    if aim := headers.get("X-Amz-Target"):
        return Call(service, aim.rpartition(".")[2], "json", content)
    if rpc := RPC_PATH.fullmatch(path):
        return Call(service, rpc["operation"], "cbor", content)
    if service in REST:
        protocol = "rest-xml" if service == "s3" else "rest-json"
        return Call(service, _rest_operation(service, method, target), protocol, content)
    action = parse_qs(body.decode(errors="replace")).get("Action", ["Unknown"])[0]
    return Call(service, action, "query", content)


def refusal(call: Call) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body by which AWS refuses a call for want of a right: no client sends it again."""
    words = f"User: nobody is not authorized to perform: {call.name}"
    if call.protocol in ("json", "rest-json"):
        code = {"X-Amzn-Errortype": "AccessDeniedException"}
        sent = {"__type": "AccessDeniedException", "Message": words, "message": words}
        return 403, {"Content-Type": "application/x-amz-json-1.1", **code}, json.dumps(sent).encode()
    if call.protocol == "cbor":
        sent = {"__type": "AccessDeniedException", "message": words}
        headers = {"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"}
        return 403, headers, b"\xa2" + b"".join(_cbor(text) for pair in sent.items() for text in pair)
    if call.protocol == "registry":
        errors = {"errors": [{"code": "DENIED", "message": words}]}
        return 403, {"Content-Type": "application/json"}, json.dumps(errors).encode()
    error = f"<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{words}</Message></Error>"
    whole = error if call.protocol == "rest-xml" else f"<ErrorResponse>{error}</ErrorResponse>"
    return 403, {"Content-Type": "text/xml"}, whole.encode()


def _rest_operation(service: str, method: str, target: str) -> str:
    """Of those that fit, the one that asks for most: `PUT /bucket?policy` fits CreateBucket as well."""
    parts = urlsplit(target)
    given = parse_qs(parts.query, keep_blank_values=True).keys()
    fitting = [
        (len(asked), -parameters, name)
        for name, verb, pattern, parameters, asked in _rest_operations(service)
        if verb == method and asked <= given and pattern.fullmatch(parts.path)
    ]
    return max(fitting, default=(0, 0, "Unknown"))[2]


@functools.cache
def _rest_operations(service: str) -> list[tuple[str, str, re.Pattern[str], int, frozenset[str]]]:
    """Of each operation: name, method, the path's pattern, how many parameters it has, keys of the query."""
    model = botocore.session.get_session().get_service_model(service)
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern, parameters = PATH_PARAMETER.subn(lambda one: ".+" if one["greedy"] else "[^/]+", re.escape(path))
        asked = frozenset(parse_qs(query, keep_blank_values=True))
        found.append((name, http["method"], re.compile(f"{pattern}/?"), parameters, asked))
    return found


def _cbor(text: str) -> bytes:
    encoded = text.encode()
    return b"\x79" + len(encoded).to_bytes(2) + encoded
