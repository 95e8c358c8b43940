"""Requests to an emulator as an attacker makes them: signed with keys of their own choice, or not at all."""

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.emulator.process import REGION

FORM = "application/x-www-form-urlencoded"
WELL_KNOWN = {
    "test": ("test", "test"),
    "an account's number": ("000000000000", "test"),
    "the documentation's example": ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
}
"""Keys that emulators are used to take for root."""


@dataclass(frozen=True)
class Attempt:
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def made(self) -> int:
        """The status that it is answered, from this process."""
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        try:
            target = f"{address.path}?{address.query}" if address.query else address.path
            connection.request(self.method, target, self.body or None, dict(self.headers))
            return connection.getresponse().status
        finally:
            connection.close()

    def described(self) -> dict[str, Any]:
        return asdict(self)


def reading(endpoint: str, keys: Sequence[str]) -> Attempt:
    """Of a secret parameter, which root may do."""
    return signed(endpoint, "ssm", "AmazonSSM.GetParameter", '{"Name": "/shared/salt"}', keys)


def asking_who(endpoint: str, keys: Sequence[str]) -> Attempt:
    """What everybody may ask whose signature is right."""
    return _signed(endpoint, "sts", {"Content-Type": FORM}, "Action=GetCallerIdentity&Version=2011-06-15", keys)


def signed(endpoint: str, service: str, target: str, body: str, keys: Sequence[str]) -> Attempt:
    """A call in the JSON protocol; the keys are an id, a secret and, of a session, its token."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    return _signed(endpoint, service, headers, body, keys)


def _signed(endpoint: str, service: str, headers: Mapping[str, str], body: str, keys: Sequence[str]) -> Attempt:
    request = AWSRequest("POST", f"{endpoint}/", data=body, headers=headers)
    SigV4Auth(Credentials(*keys), service, REGION).add_auth(request)
    return Attempt("POST", f"{endpoint}/", dict(request.headers.items()), body)
