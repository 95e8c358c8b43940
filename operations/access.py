"""Says what to do when AWS can't be called, or refuses a call."""

import os
from collections.abc import Mapping
from typing import Any

from components.printable import printable

PERMISSIONS = "docs/operating.md#permissions"
"""Where it is written which permissions the commands need."""
_DENIED = ("AccessDenied", "AccessDeniedException")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_WRONG = ("IncompleteSignature", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException")


def remedy(error: BaseException | None, stack: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return what to do about an error of an AWS client. Empty if nobody knows."""
    from botocore import exceptions  # here, because it takes 0.3 s to load

    match error:
        case exceptions.ProfileNotFound():
            return f"name another in AWS_PROFILE; {_known_profiles()}"
        case exceptions.NoRegionError():
            return f"write `aws:region` into Pulumi.{stack}.yaml, or set AWS_REGION"
        case (
            exceptions.NoCredentialsError()
            | exceptions.PartialCredentialsError()
            | exceptions.CredentialRetrievalError()
            | exceptions.TokenRetrievalError()
            | exceptions.SSOError()
            | exceptions.LoginError()
        ):
            return log_in(stack, environ)
        case exceptions.ClientError() if _code(error) in (*_EXPIRED, *_WRONG):
            return log_in(stack, environ)
        case exceptions.ClientError() if is_denied(error):
            return f"ask for the permission that AWS names: {PERMISSIONS} has those of each command"
        case exceptions.ConnectionError() | exceptions.HTTPClientError():
            return f"see whether this machine reaches AWS, and whether Pulumi.{stack}.yaml has the right Region"
        case _:
            return ""


def is_denied(error: BaseException | None) -> bool:
    """Return whether AWS refused a call because the caller lacks a permission."""
    return _code(error) in _DENIED


def log_in(stack: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return how to get credentials."""
    profile = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    its: Mapping[str, Any] = _profiles().get(profile, {})
    name = "" if profile == "default" else f" --profile {printable(profile)}"
    if "AWS_ACCESS_KEY_ID" in environ:
        return f"set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to valid ones for {stack}"
    if "sso_session" in its or "sso_start_url" in its:
        return f"run `aws sso login{name}`"
    if "login_session" in its:
        return f"run `aws login{name}`"
    return f"log in to the account of {stack}, and name the profile in AWS_PROFILE; {_known_profiles()}"


def _code(error: BaseException | None) -> str:
    response: Mapping[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def _known_profiles() -> str:
    return f"your profiles are: {', '.join(map(printable, _profiles())) or 'none'}"


def _profiles() -> Mapping[str, Any]:
    """Return the user's profiles. A file that can't be read has none."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        found: Mapping[str, Any] = Session().full_config["profiles"]
    except (BotoCoreError, OSError):
        return {}
    return found
