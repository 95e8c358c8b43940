"""Installs packages on Debian and Ubuntu hosts."""

import os
import platform
from collections.abc import Sequence

from sandbox.errors import SandboxError
from sandbox.process import run


def can_install() -> bool:
    """Return whether this is root on Debian or on a distribution based on it, such as Ubuntu."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:  # no Linux, or one that doesn't name itself
        return False
    return os.geteuid() == 0 and "debian" in f"{release['ID']} {release.get('ID_LIKE', '')}".split()


def install(packages: Sequence[str], if_there: Sequence[str] = ()) -> None:
    """Install packages with apt, without recommended ones. Those in `if_there` are skipped if the release lacks them.

    It removes nothing, and fails if it would have to remove a conflicting package.
    """
    if not can_install():
        missing = " ".join(packages)
        raise SandboxError(f"missing: {missing}; only root on Debian or Ubuntu can install it", f"install {missing}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "--quiet"], env=environment)
    known = [name for name in if_there if run(["apt-cache", "show", "--quiet", name], check=False).returncode == 0]
    options = ["--quiet", "--yes", "--no-install-recommends", "--no-remove"]
    run(["apt-get", "install", *options, *packages, *known], env=environment)
