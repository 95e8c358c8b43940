"""Distinguishes an emulator at a loopback address from AWS."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


def loopback_endpoint(url: str | None) -> SplitResult | None:
    """The parts of an endpoint's URL if its host is `localhost` or a loopback address, else None."""
    parts = urlsplit(url or "")
    host = parts.hostname or ""
    if host == "localhost":
        return parts
    try:
        return parts if ipaddress.ip_address(host).is_loopback else None
    except ValueError:
        return None
