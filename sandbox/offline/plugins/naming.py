"""Names that the program leaves to the provider: `<logical name>-<7 hex>`."""

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.resource import Call
from sandbox.offline.plugins.values import Values

_SUFFIX_LENGTH = 7  # hex digits


def named(
    call: Call[Any], autonamed: tuple[str, int], old_inputs: Values, inputs: Values, format_name: Callable[[str], str]
) -> Values:
    """The inputs with a name: the old one if there is one, else a new one. A given name or prefix stands."""
    name, longest = autonamed
    if name in inputs or f"{name}Prefix" in inputs:
        return inputs
    return {**inputs, name: old_inputs[name] if name in old_inputs else format_name(_generated(call, longest))}


def _generated(call: Call[Any], longest: int) -> str:
    if call.autonaming and call.autonaming.mode == "disable":
        raise Refused(f"autonaming is disabled and {call.urn} has no name: give it one")
    if call.autonaming and call.autonaming.proposed:
        return call.autonaming.proposed
    suffix = (
        hashlib.sha256(call.seed).hexdigest()[:_SUFFIX_LENGTH] if call.seed else secrets.token_hex(4)[:_SUFFIX_LENGTH]
    )
    return f"{call.name[: longest - _SUFFIX_LENGTH - 1]}-{suffix}"


def from_prefix(prefix: str) -> str:
    """`<prefix><26 digits>`: the time to the tenth of a millisecond and eight digits of chance, as Terraform's."""
    now = time.time()
    stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(now)) + f"{int(now % 1 * 10_000):04}"
    return f"{prefix}{stamp}{secrets.randbelow(10**8):08}"


def prefix_of(name: str) -> str:
    """The prefix a name was made from, or nothing."""
    match = re.fullmatch(r"(.*)\d{26}", name)
    return match[1] if match else ""
