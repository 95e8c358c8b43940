"""Whether `pulumi` uses the official plugins, which the engine downloads, or the sandbox's own."""

import os
from collections.abc import Mapping


def are_chosen(environ: Mapping[str, str] = os.environ) -> bool:
    return environ.get("SANDBOX_PLUGINS") == "official"
