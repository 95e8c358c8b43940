"""Runs the Pulumi engine."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

MISSING = "error: there is no `pulumi` on PATH: install it as https://www.pulumi.com/docs/install/ describes"


def run_pulumi(
    *arguments: str, environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `pulumi` and capture its output. Exits with a message if there is no `pulumi`."""
    try:
        return subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            env=environ,
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError:
        sys.exit(MISSING)
