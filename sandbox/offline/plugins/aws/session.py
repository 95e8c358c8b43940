"""AWS clients, which connect only to an emulator on this machine."""

import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from components.endpoint import loopback_endpoint
from delivery.clients import with_shared_models
from sandbox.deployed.lambda_client import single_attempt
from sandbox.offline.plugins.errors import CheckFailure, CheckResult, Refused
from sandbox.offline.plugins.values import Values

if TYPE_CHECKING:
    from botocore.session import Session as BotocoreSession

_REGION = re.compile(r"[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d+")
_ENGINE_KEYS = {"version", "pluginDownloadURL"}


@dataclass(frozen=True)
class Aws:
    """The session of a configured provider: a region, credentials, and one client for each service and region."""

    region: str
    endpoint: str
    credentials: Mapping[str, Any]
    """The arguments of botocore's create_client for them."""
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str, region: str = "") -> Any:
        """Returns the boto3 client of a service, which is created once. The caller annotates its type."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._create_client(*key)
            return self._clients[key]

    @cached_property
    def account(self) -> str:
        """The account of the credentials: 12 digits."""
        return str(self.client("sts").get_caller_identity()["Account"])

    def _create_client(self, service: str, region: str) -> Any:
        from botocore.config import Config  # loaded here, so that a run without AWS calls doesn't load it

        config = Config(**single_attempt(), inject_host_prefix=False, user_agent_extra="lambda-images-sandbox")
        session = self._isolated_session()
        return session.create_client(
            service, region_name=region, endpoint_url=self.endpoint, config=config, **self.credentials
        )

    def _isolated_session(self) -> "BotocoreSession":
        """Returns a session that reads neither files in the user's ~/.aws nor a profile."""
        from botocore.session import Session

        nothing = (None, None, os.devnull, None)
        return with_shared_models(
            Session(
                session_vars={
                    "profile": (None, None, None, None),
                    "config_file": nothing,
                    "credentials_file": nothing,
                }
            )
        )


def check_config(config: Values, environ: Mapping[str, str]) -> CheckResult:
    """Only the region can be configured. The endpoint and the credentials come from the environment."""
    failures = [CheckFailure(_no_key(name)) for name in config if name != "region" and name not in _ENGINE_KEYS]
    region = config.get("region") or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    return CheckResult({**config, **({"region": region} if region else {})}, failures)


def configure(config: Values, environ: Mapping[str, str]) -> Aws:
    region = str(check_config(config, environ).inputs.get("region", ""))
    if not _REGION.fullmatch(region):
        raise Refused(
            f"invalid AWS Region: {region}" if region else "no AWS Region: set AWS_REGION, or `aws:region` in the stack"
        )
    return Aws(region, _loopback(environ.get("AWS_ENDPOINT_URL", "")), _credentials(environ))


def _no_key(name: str) -> str:
    return f"`aws:{name}` is not a configuration key of the local aws plugin, which only has `aws:region`"


def _loopback(endpoint: str) -> str:
    if not endpoint:
        raise Refused("the local aws plugin needs AWS_ENDPOINT_URL, the emulator's address on this machine")
    parts = loopback_endpoint(endpoint)
    if parts is None or parts.scheme not in ("http", "https"):
        raise Refused(
            f"the local aws plugin only talks to this machine, and AWS_ENDPOINT_URL is {endpoint}: "
            "use the emulator's address, or the official plugin (SANDBOX_PLUGINS=official) for real AWS"
        )
    return endpoint


def _credentials(environ: Mapping[str, str]) -> dict[str, Any]:
    try:
        credentials = {
            "aws_access_key_id": environ["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": environ["AWS_SECRET_ACCESS_KEY"],
        }
    except KeyError as missing:
        raise Refused(f"no AWS credentials: {missing.args[0]} is not set (any value does for the emulator)") from None
    token = environ.get("AWS_SESSION_TOKEN")
    return {**credentials, "aws_session_token": token} if token else credentials
