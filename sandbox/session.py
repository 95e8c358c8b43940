"""Prepares what a command of the sandbox needs: Docker, the Pulumi engine, the emulator, the plugins, the stack."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

from operations.errors import OperationError
from sandbox import official_plugins
from sandbox.docker import building_client, runtime_emulator
from sandbox.docker.engine import DockerEngine, ensure_docker
from sandbox.emulator.process import Emulator
from sandbox.engine import event_log, locks, recovery, stack, stack_settings
from sandbox.engine.binary import can_download_engine, ensure_engine
from sandbox.engine.download import DOWNLOAD_HOST
from sandbox.engine.waiting_host import WaitingHost
from sandbox.environment import emulator_access, environment
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.progress import Progress, Step

Meanwhile = Callable[[DockerEngine, Callable[[str], None]], object]
"""Something that needs nothing but Docker. It passes on what it is doing."""


@dataclass(frozen=True)
class PulumiRun:
    """A `pulumi` command that has ended."""

    code: int
    events: Path
    """The engine's events, as JSON lines."""
    log: Path
    """The same events as readable text."""


@dataclass(frozen=True)
class Session:
    layout: Layout
    docker: DockerEngine
    emulator: Emulator
    environ: dict[str, str]
    """The environment variables of the commands that run in the sandbox."""
    program: Path | None = None
    """The folder of another Pulumi program to run commands in, instead of the project's."""
    live: bool = False
    """Whether `pulumi` may redraw its lines, in a terminal. Otherwise it writes plain lines."""
    host: WaitingHost | None = None
    """Runs the program in the next `pulumi` command, if it has loaded it as it is now. Otherwise the engine does."""

    def run_in_foreground(self, command: Sequence[str | Path]) -> int:
        """Run a command on the user's terminal and return its exit code. The command itself handles Ctrl-C."""
        return self._run_in_foreground(command, self.environ)[0]

    def pulumi(
        self, verb: str, *options: str, show_output: bool = True, variables: Mapping[str, str] | None = None
    ) -> PulumiRun:
        """Run `pulumi VERB` on the user's terminal, and keep its events and a readable log in the sandbox.

        With `show_output=False` the terminal shows nothing, and the log has what it would have shown. `variables` are
        added to the environment. Raises KeyboardInterrupt if Ctrl-C ended the command.
        """
        events, log = self.layout.logs / f"{verb}-events.jsonl", self.layout.logs / f"{verb}.log"
        events.unlink(missing_ok=True)
        display = [] if self.live and show_output else ["--non-interactive", "--suppress-progress"]
        command: list[str | Path] = ["pulumi", verb, *options, *display, "--event-log", events]
        # The option --event-log needs PULUMI_DEBUG_COMMANDS. The SDK's Automation API sets it too.
        environ = {**self.environ, **(variables or {}), "PULUMI_DEBUG_COMMANDS": "true"}
        with ExitStack() as at_the_end:
            if self.host is not None:
                environ |= at_the_end.enter_context(self.host.serving(environ))
            if show_output:
                code, interrupted = self._run_in_foreground(command, environ)
                event_log.write_transcript(events, log)
            else:
                with log.open("wb") as output:
                    code, interrupted = self._run_in_foreground(command, environ, output)
        if code != 0 and not interrupted and event_log.was_cancelled(events):
            _pass_on_interrupt()
        if code != 0 and (interrupted or event_log.was_cancelled(events)):
            raise KeyboardInterrupt
        return PulumiRun(code, events, log)

    def _run_in_foreground(
        self, command: Sequence[str | Path], environ: Mapping[str, str], output: IO[bytes] | None = None
    ) -> tuple[int, bool]:
        """Return the exit code, and whether this process received a signal to end meanwhile.

        The terminal sends Ctrl-C to the command as well. A SIGTERM, as from a cancelled job, is passed on.
        What the command prints goes to `output` if given.
        """
        received: list[int] = []
        running: list[subprocess.Popen[bytes]] = []

        def note(number: int, _: object) -> None:
            received.append(number)
            if number == signal.SIGTERM:
                for process in running:
                    process.terminate()

        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            argv = [str(part) for part in command]
            folder, errors = self.program or self.layout.project, subprocess.STDOUT if output else None
            running.append(subprocess.Popen(argv, env=environ, cwd=folder, stdout=output, stderr=errors))
            if signal.SIGTERM in received:  # the signal arrived before the command was started
                running[0].terminate()
            return running[0].wait(), bool(received)
        except FileNotFoundError as missing:
            raise SandboxError(f"`{command[0]}` was not found", "name a command on PATH") from missing
        except PermissionError as refused:
            raise SandboxError(f"`{command[0]}` can't be run: {refused.strerror}", "make it executable") from refused
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def opened(
    layout: Layout,
    progress: Progress,
    program: Path | None = None,
    host: WaitingHost | None = None,
    meanwhile: Meanwhile = lambda *_: None,
) -> Iterator[Session]:
    """Find, create or start everything that a command needs, except base images, which only builds need.

    The plugins stop at the end. Everything else keeps running for the next command. While an engine is downloaded or
    built, `meanwhile` does what else takes long; the caller does it again, which reports what failed.
    """
    with ExitStack() as open_until_end:
        docker = ensure_docker(layout, progress)
        with progress.step("Pulumi engine", check=True) as step:
            other_work = threading.Thread(target=_attempt, args=(meanwhile, docker, step), daemon=True)
            found = ensure_engine(layout, step, other_work.start)
        emulator = Emulator(layout)
        with progress.step("AWS emulator", check=True) as step:
            runtime_emulator.ensure(layout, step.note)
            emulator.start(docker.environment(), docker.bridge_address())
            step.outcome = emulator.endpoint
        environ = {**environment(layout, found, emulator), **docker.environment()}
        building_client.place(docker.client, layout, replacing=not official_plugins.are_chosen())
        if official_plugins.are_chosen():
            _share_downloads(layout)
        else:
            environ |= open_until_end.enter_context(plugins(layout, program or layout.project, docker, environ))
        stack_settings.ensure(layout)
        stack.ensure(layout, environ)
        stack.delete_old_runs(layout)
        locks.release_abandoned(layout)
        recovery.converge(emulator, environ, progress)
        yield Session(layout, docker, emulator, environ, program, progress.live, host)


def _attempt(work: Meanwhile, docker: DockerEngine, step: Step) -> None:
    with suppress(OperationError, OSError):
        work(docker, lambda text: step.note(f"meanwhile, {text}"))


def client_environment(layout: Layout) -> dict[str, str]:
    """Return the environment of an AWS client of the running sandbox. Raises SandboxError if it is not up."""
    emulator = Emulator(layout)
    if not emulator.is_running() or not stack.exists(layout):
        raise SandboxError("the sandbox is not up", "run `make up`")
    stack_settings.ensure(layout)
    return emulator_access(emulator)


def _pass_on_interrupt() -> None:
    """Send SIGINT to the terminal's foreground processes, as the terminal does at a Ctrl-C.

    Pulumi's display reads the key itself, so the terminal sends no signal. Without this, neither `make` nor a shell
    script that called this command would stop.
    """
    try:
        in_foreground = os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # there is no terminal, or it is not this process's own
        return
    if in_foreground:
        os.killpg(os.getpgrp(), signal.SIGINT)


def _share_downloads(layout: Layout) -> None:
    """Download official plugins into the tools folder, once for all sandboxes that share it."""
    plugins = layout.tools / "plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    wanted = (f"resource-{name}-v{version(f'pulumi_{name}')}" for name in ("aws", "docker"))
    missing = [name for name in wanted if not (plugins / name).exists()]
    if missing and not can_download_engine():
        raise SandboxError(
            f"SANDBOX_PLUGINS=official needs {' and '.join(missing)} in {plugins}, and {DOWNLOAD_HOST}, "
            "from which the engine downloads them, does not answer",
            "connect this machine to the network, or leave SANDBOX_PLUGINS out to use the sandbox's own plugins",
        )
    link = layout.pulumi_home / "plugins"
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(plugins)


@contextmanager
def plugins(
    layout: Layout, program: Path, engine: DockerEngine, environ: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """Serve the sandbox's own plugins, with these variables. Yields those that make `pulumi` use them."""
    from sandbox.docker.stand_ins import Replacements
    from sandbox.offline.plugins import aws, docker
    from sandbox.offline.plugins.serve import serve
    from sandbox.offline.plugins.shapes import Shapes

    shapes = Shapes(layout.home / "shapes")
    providers = (
        aws.provider(shapes),
        docker.provider(program, layout.logs / "builds", engine.client, shapes, Replacements(engine, layout).of),
    )
    with serve(providers, environ, layout.logs / "plugins.log") as attached:
        yield {"PULUMI_DEBUG_PROVIDERS": attached, "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
