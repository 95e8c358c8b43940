"""Generated names for resources that the program doesn't name: `<logical name>-<7 hex digits>`."""

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


def with_generated_name(
    call: Call[Any],
    generated_name: tuple[str, int],
    old_inputs: Values,
    inputs: Values,
    format_name: Callable[[str], str],
) -> Values:
    """Returns the inputs with a name: the old one if there is one, otherwise a new one.

    `generated_name` is the property of the name and its maximum length. Inputs with a name or prefix are not changed.
    """
    name, max_length = generated_name
    if name in inputs or f"{name}Prefix" in inputs:
        return inputs
    return {**inputs, name: old_inputs[name] if name in old_inputs else format_name(_generate_name(call, max_length))}


def _generate_name(call: Call[Any], max_length: int) -> str:
    if call.autonaming and call.autonaming.mode == "disable":
        raise Refused(f"autonaming is disabled and {call.urn} has no name: set its name in the program")
    if call.autonaming and call.autonaming.proposed:
        return call.autonaming.proposed
    suffix = (
        hashlib.sha256(call.seed).hexdigest()[:_SUFFIX_LENGTH] if call.seed else secrets.token_hex(4)[:_SUFFIX_LENGTH]
    )
    return f"{call.name[: max_length - _SUFFIX_LENGTH - 1]}-{suffix}"


def from_prefix(prefix: str) -> str:
    """Returns `<prefix><26 digits>`, as Terraform does: the time in units of 0.1 ms, and eight random digits."""
    now = time.time()
    stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(now)) + f"{int(now % 1 * 10_000):04}"
    return f"{prefix}{stamp}{secrets.randbelow(10**8):08}"


def prefix_of(name: str) -> str:
    """Returns the prefix from which a name was generated, or an empty string."""
    match = re.fullmatch(r"(.*)\d{26}", name)
    return match[1] if match else ""
