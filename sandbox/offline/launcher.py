"""Places the sandbox's own language host where an engine that comes without one finds it."""

import shutil
import sys
from pathlib import Path

from sandbox.layout import Layout

LANGUAGE_HOST = "pulumi-language-python"
"""The command that the engine looks for, beside itself and on PATH."""
LAUNCHER = """\
#!/bin/sh
# The engine looks for its language host beside itself. This one is the sandbox's own, named by the environment.
exec "${SANDBOX_PYTHON:?is set by the sandbox}" -P "${SANDBOX_LANGUAGE_HOST:?is set by the sandbox}" "$@"
"""


def place_language_host(engine: Path, layout: Layout) -> None:
    """Write the launcher beside the sandbox's own engine. For another engine, it goes first on PATH instead."""
    if (engine.resolve().parent / LANGUAGE_HOST).exists() or shutil.which(LANGUAGE_HOST):
        return
    folder = engine.parent if engine.is_relative_to(layout.tools) else layout.bin
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / LANGUAGE_HOST
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)


def launcher_environment(project: Path) -> dict[str, str]:
    """Return the variables that the launcher reads."""
    host = project / "sandbox" / "offline" / "language_host.py"
    return {"SANDBOX_LANGUAGE_HOST": str(host), "SANDBOX_PYTHON": sys.executable}
