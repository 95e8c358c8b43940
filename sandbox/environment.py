"""The environment that a command of the sandbox runs in."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.emulator.process import NO_PROFILES, REGION, USER_VARIABLE_PREFIXES, Emulator
from sandbox.engine import stack
from sandbox.engine.binary import Engine
from sandbox.layout import Layout
from sandbox.offline.launcher import launcher_environment

PASSPHRASE = "sandbox"
"""Encrypts nothing that matters; `sandbox/Pulumi.local.yaml` has the salt that belongs to it."""
WITHOUT_ATTRIBUTES = "metadata=skip"
"""The backend writes no attribute files. They aren't written atomically, so a killed run would leave an empty one."""


def environment(
    layout: Layout, engine: Engine, emulator: Emulator, users: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the user's environment without their AWS and Pulumi settings, pointed at the sandbox."""
    first = [layout.bin, engine.path.parent, Path(sys.executable).parent]
    return {
        **host_environment(layout, users),
        **emulator_access(emulator),
        "DOCKER_CONFIG": str(_docker_config(layout, users)),
        "PATH": os.pathsep.join([*map(str, first), users.get("PATH", os.defpath)]),
        "PULUMI_BACKEND_URL": f"{layout.backend.as_uri()}?{WITHOUT_ATTRIBUTES}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_CONTINUE_ON_ERROR": "true",  # one module that fails doesn't stop the others
        "PULUMI_HOME": str(layout.pulumi_home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_STACK": stack.STACK,
    }


def host_environment(layout: Layout, users: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the part of the environment that is known before anything is started: enough to load the program in."""
    kept = {name: value for name, value in users.items() if not name.startswith(USER_VARIABLE_PREFIXES)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # with it, every `pulumi` command would compile the program again
    return {
        **kept,
        "PYTHONPYCACHEPREFIX": users.get("PYTHONPYCACHEPREFIX", str(layout.home / "pycache")),
        **launcher_environment(layout.project),
    }


def emulator_access(emulator: Emulator) -> dict[str, str]:
    """Return the variables that make AWS clients call the emulator and nothing else."""
    return {
        **emulator.credentials,
        **NO_PROFILES,
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_DEFAULT_REGION": REGION,  # read by boto3 and older clients
        "AWS_REGION": REGION,
    }


def _docker_config(layout: Layout, users: Mapping[str, str]) -> Path:
    """Return a folder for Docker's logins. The user's logins stay untouched, and their client's plugins are linked."""
    folder = layout.home / "docker-config"
    folder.mkdir(parents=True, exist_ok=True)
    plugins = Path(users.get("DOCKER_CONFIG") or Path.home() / ".docker") / "cli-plugins"
    if plugins.is_dir() and not (folder / "cli-plugins").is_symlink():
        (folder / "cli-plugins").symlink_to(plugins)
    return folder
