"""Keeps a language host ready that has loaded the program, so that an update doesn't wait until Python has done that.

Each update has a host of its own, as always. It loads the program while the command looks for Docker and the emulator,
or while `watch` waits for changes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sandbox import official_plugins
from sandbox.environment import host_environment
from sandbox.layout import Layout

PROGRAM = ("__main__.py", "components/**/*.py", "sandbox/offline/*.py")
"""What the host loads."""


@dataclass
class WaitingHost:
    layout: Layout
    _process: "subprocess.Popen[str] | None" = field(default=None, init=False)
    _loaded: int = field(default=0, init=False)
    """When the program's newest file was changed, before the host loaded it. In nanoseconds."""

    @contextmanager
    def started(self) -> Iterator["WaitingHost"]:
        """Start a host that waits, and end it in the end, unless an update was its last."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        """Start a host that waits, in the background. Beside official plugins, the engine starts its own host."""
        self.stop()
        if official_plugins.are_chosen():
            return
        self._loaded = self._changed()
        environ = host_environment(self.layout)
        self.layout.logs.mkdir(parents=True, exist_ok=True)
        with (self.layout.logs / "language-host.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", environ["SANDBOX_LANGUAGE_HOST"], "--program", str(self.layout.project)],
                env=environ,
                process_group=0,  # as the engine's own plugins: Ctrl-C is for the engine, which tells the host
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @contextmanager
    def serving(self, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Yield the variables with which one `pulumi` command uses the host. The program has the given environment.

        There are none if the host has ended, or if the program's files have changed since: then the engine starts one.
        """
        port = self._port(environ)
        try:
            yield {"PULUMI_DEBUG_LANGUAGES": f"python:{port}"} if port else {}
        finally:
            self.stop()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _port(self, environ: Mapping[str, str]) -> str:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None or self._loaded != self._changed():
            return ""
        try:
            process.stdin.write(f"{json.dumps(dict(environ))}\n")
            process.stdin.flush()
        except BrokenPipeError:
            return ""
        return process.stdout.readline().strip()

    def _changed(self) -> int:
        files = (file for pattern in PROGRAM for file in self.layout.project.glob(pattern))
        return max(os.stat(file).st_mtime_ns for file in files)
