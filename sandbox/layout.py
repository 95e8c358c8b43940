"""The folders of a sandbox. All of its files are below one folder."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Layout:
    project: Path
    """The checkout: Pulumi.yaml, components/, modules/."""
    home: Path
    """The sandbox's own folder: state, logs, process ids. `SANDBOX_HOME`, else `.sandbox/` in the project."""
    tools: Path
    """Built or downloaded tools; several sandboxes may share it. `SANDBOX_TOOLS`, else `tools/` in the home."""

    @classmethod
    def of(cls, project: Path = PROJECT, environ: Mapping[str, str] = os.environ) -> "Layout":
        home = Path(environ.get("SANDBOX_HOME") or project / ".sandbox").absolute()
        tools = Path(environ.get("SANDBOX_TOOLS") or home / "tools").absolute()
        return cls(project=project, home=home, tools=tools)

    def make_home(self) -> None:
        """Create the home folder. It has secrets and logs, so only its user can read it, whatever the `umask` is."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = self.home.stat().st_mode
        if mode & stat.S_IWOTH and any(self.home.iterdir()):  # such as /tmp, which others need
            raise SandboxError(f"{self.home} is writable by everybody", "set SANDBOX_HOME to a folder of your own")
        if mode & 0o077:
            try:
                self.home.chmod(0o700)
            except PermissionError as owned:
                what = f"{self.home} belongs to another user, and other users can read it"
                raise SandboxError(what, "set SANDBOX_HOME to a folder of your own") from owned

    @property
    def bin(self) -> Path:
        """Executables of this sandbox. The folder comes first on the PATH of commands that run in the sandbox."""
        return self.home / "bin"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def pulumi_home(self) -> Path:
        """Pulumi's own folder (credentials, workspaces), so that the user's is never touched."""
        return self.home / "pulumi-home"

    @property
    def backend(self) -> Path:
        """Pulumi's file backend: the state of the stack."""
        return self.home / "state"

    @property
    def emulator(self) -> Path:
        """The emulator's persisted state."""
        return self.home / "emulator"

    @property
    def docker(self) -> Path:
        """Data and runtime files of a Docker engine that the sandbox started."""
        return self.home / "docker"

    def display_path(self, path: Path) -> Path:
        """Return the path as messages show it: relative to the project if it is inside."""
        return path.relative_to(self.project) if path.is_relative_to(self.project) else path
