"""Supports changes of IAM's OpenID Connect providers, and returns their URL as AWS does.

MiniStack lacks these actions, and returns the URL with its scheme (MiniStack 1.5.33, `_get_oidc_provider`).
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html
"""

from collections.abc import Callable
from typing import Any

from ministack.services import iam

Request = dict[str, Any]
Answer = Any
"""As MiniStack returns one: status, headers, body."""
Provider = dict[str, Any]
"""An identity provider, as MiniStack stores it."""

_create = iam._create_oidc_provider


def change_identity_providers() -> None:
    iam._IAM_HANDLERS["CreateOpenIDConnectProvider"] = create
    for action, change in CHANGES.items():
        iam._IAM_HANDLERS[action] = _handler(action, change)


def create(request: Request) -> Answer:
    return _create({**request, "Url": [iam._p(request, "Url").removeprefix("https://")]})


def _handler(action: str, change: Callable[[Provider, Request], None]) -> Callable[[Request], Answer]:
    def handle(request: Request) -> Answer:
        arn = iam._p(request, "OpenIDConnectProviderArn")
        provider = iam._oidc_providers.get(arn)
        if provider is None:
            return iam._error(404, "NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", ns="iam")
        change(provider, request)
        return iam._xml(200, f"{action}Response", "", ns="iam")

    return handle


def _add_client(provider: Provider, request: Request) -> None:
    """IAM reports no error if the provider has the client already."""
    client = iam._p(request, "ClientID")
    if client not in provider["ClientIDList"]:
        provider["ClientIDList"] = [*provider["ClientIDList"], client]


def _remove_client(provider: Provider, request: Request) -> None:
    """IAM reports no error if the provider doesn't have the client."""
    client = iam._p(request, "ClientID")
    provider["ClientIDList"] = [each for each in provider["ClientIDList"] if each != client]


def _set_thumbprints(provider: Provider, request: Request) -> None:
    provider["ThumbprintList"] = _members(request, "ThumbprintList")


def _tag(provider: Provider, request: Request) -> None:
    tags = {tag["Key"]: tag for tag in (*provider["Tags"], *iam._extract_tags(request))}
    provider["Tags"] = list(tags.values())


def _untag(provider: Provider, request: Request) -> None:
    keys = _members(request, "TagKeys")
    provider["Tags"] = [tag for tag in provider["Tags"] if tag["Key"] not in keys]


def _members(request: Request, name: str) -> list[str]:
    found: list[str] = []
    while value := iam._p(request, f"{name}.member.{len(found) + 1}"):
        found.append(value)
    return found


CHANGES = {
    "AddClientIDToOpenIDConnectProvider": _add_client,
    "RemoveClientIDFromOpenIDConnectProvider": _remove_client,
    "UpdateOpenIDConnectProviderThumbprint": _set_thumbprints,
    "TagOpenIDConnectProvider": _tag,
    "UntagOpenIDConnectProvider": _untag,
}
"""The actions that change a provider, and what each does."""
