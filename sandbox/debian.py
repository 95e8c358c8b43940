"""Debian and Ubuntu hosts: what the sandbox may install there by itself."""

import os
import platform

from sandbox.errors import SandboxError
from sandbox.process import run


def can_install() -> bool:
    """Whether this is root on a Debian or one of its children, such as Ubuntu."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:  # not Linux, or a Linux that doesn't name itself
        return False
    return os.geteuid() == 0 and "debian" in f"{release['ID']} {release.get('ID_LIKE', '')}".split()


def install(*packages: str) -> None:
    """Install packages by apt, without what they merely recommend."""
    command = f"apt-get install {' '.join(packages)}"
    if not can_install():
        raise SandboxError(
            f"{', '.join(packages)} is missing, and only root on Debian or Ubuntu can install it", command
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "--quiet"], env=environment)
    run(["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", *packages], env=environment)
