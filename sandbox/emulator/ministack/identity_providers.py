"""Supports changes of IAM's OpenID Connect providers, and refuses tokens of others, as AWS does.

MiniStack lacks the actions that change a provider, and returns its URL with the scheme (MiniStack 1.5.33,
`_get_oidc_provider`). It accepts a token of any issuer and for any audience that a role's trust policy allows
(`_web_identity_trust_denied`).
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from collections.abc import Callable
from typing import Any

from ministack.services import iam, sts

from sandbox.emulator.ministack.answers import Answer

Request = dict[str, Any]
Provider = dict[str, Any]
"""An identity provider, as MiniStack stores it."""

_create = iam._create_oidc_provider
_trust_denied = sts._web_identity_trust_denied


def change_identity_providers() -> None:
    iam._IAM_HANDLERS["CreateOpenIDConnectProvider"] = create
    for action, change in CHANGES.items():
        iam._IAM_HANDLERS[action] = _handler(action, change)
    sts._web_identity_trust_denied = denied


def create(request: Request) -> Answer:
    return _create({**request, "Url": [iam._p(request, "Url").removeprefix("https://")]})


def denied(role: str, request: Request, use_json: bool) -> Answer | None:
    """Return the response that refuses a token, or None if the role may be assumed with it."""
    arn, claims = sts._web_identity_principal(iam._p(request, "WebIdentityToken"), iam._p(request, "ProviderId"), role)
    if arn.startswith("arn:"):  # some issuers, such as Google, need no provider
        host = arn.partition(":oidc-provider/")[2]
        provider = iam._oidc_providers.get_scoped(arn.split(":")[4], None, arn)
        if provider is None:
            return _invalid_token(f"No OpenIDConnect provider found in your account for https://{host}", use_json)
        if claims.get(f"{host}:aud".lower()) not in provider["ClientIDList"]:
            return _invalid_token("Incorrect token audience", use_json)
    return _trust_denied(role, request, use_json)


def _invalid_token(message: str, use_json: bool) -> Answer:
    if use_json:
        return sts.error_response_json("InvalidIdentityToken", message, 400)
    return sts._error(400, "InvalidIdentityToken", message, ns="sts")


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
