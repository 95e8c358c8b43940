"""Runs subprocesses to their end or in the background, and waits for conditions."""

import atexit
import subprocess
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from components.printable import quoted
from sandbox.errors import SandboxError


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
    log: Path | None = None,
    check: bool = True,
    stdin: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command and capture its output, with stderr merged into stdout. If given, `log` gets the output too.

    Raises SandboxError if the command fails and `check` is true (with its last lines), is not found, or takes longer
    than `timeout` seconds.
    """
    command = [str(part) for part in argv]
    try:
        done = subprocess.run(
            command,
            env=None if env is None else dict(env),
            cwd=cwd,
            timeout=timeout,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as missing:
        raise SandboxError(f"`{command[0]}` was not found", "install it or put it on PATH") from missing
    except subprocess.TimeoutExpired as late:
        raise SandboxError(f"`{' '.join(command)}` did not finish within {late.timeout:.0f} s") from late
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as file:
            file.write(f"$ {' '.join(command)}\n{done.stdout}")
    if check and done.returncode != 0:
        tail = last_lines(done.stdout, 15)
        where = f"the full output is in {log}" if log else ""
        raise SandboxError(f"`{' '.join(command)}` failed with exit code {done.returncode}:\n{tail}", where)
    return done


def last_lines(text: str, lines: int) -> str:
    """Return the last lines of a program's output, quoted for a message."""
    return quoted("\n".join(text.strip().splitlines()[-lines:]))


def stream(argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, log: Path) -> Generator[str]:
    """Run a command and yield its output line by line. `log` gets the output too.

    Raises SandboxError with the last lines if the command fails. Ends the command if the caller stops iterating.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(part) for part in argv]
    tail: deque[str] = deque(maxlen=15)
    with log.open("a") as file, subprocess.Popen(
        command, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
    ) as running:  # fmt: skip
        assert running.stdout is not None
        try:
            for line in running.stdout:
                file.write(line)
                tail.append(line.rstrip())
                yield line.rstrip()
        except BaseException:
            running.terminate()
            raise
    if running.returncode != 0:
        what = f"`{' '.join(command)}` failed with exit code {running.returncode}:\n" + quoted("\n".join(tail))
        raise SandboxError(what, f"the full output is in {log}")


def wait_until(probe: Callable[[], bool], timeout: float, what: str, interval: float = 0.05) -> None:
    """Call `probe` until it returns true. Raises SandboxError, which names `what`, after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not probe():
        if time.monotonic() >= deadline:
            raise SandboxError(f"{what}: this did not happen within {timeout:.0f} s")
        time.sleep(interval)


_detached: list["subprocess.Popen[bytes]"] = []
"""Keeps references to detached processes, because Python warns when the object of a running process is deleted."""


@atexit.register
def _forget_ended() -> None:
    """Otherwise Python warns of each detached process that has ended meanwhile, as if it were running."""
    _detached[:] = [process for process in _detached if process.poll() is None]


@dataclass(frozen=True)
class Background:
    """A process that outlives the command that started it, known by a file with its id and start time.

    The start time tells it from an unrelated process that was given the same id later.
    """

    pid_file: Path

    def start(self, argv: Sequence[str | Path], *, env: Mapping[str, str], log: Path, cwd: Path | None = None) -> int:
        """Start the process detached from the terminal and return its id. Its output is appended to `log`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            started = subprocess.Popen(
                [str(part) for part in argv],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _detached.append(started)
        self.pid_file.write_text(f"{started.pid} {psutil.Process(started.pid).create_time()}\n")
        return started.pid

    def process(self) -> psutil.Process | None:
        """Return the running process, or None."""
        try:
            pid, created = self.pid_file.read_text().split()
            process = psutil.Process(int(pid))
            alive = process.create_time() == float(created) and process.status() != psutil.STATUS_ZOMBIE
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None
        return process if alive else None

    def stop(self, timeout: float) -> bool:
        """Send SIGTERM, then SIGKILL after `timeout` seconds. Returns False if the process was not running.

        A zombie counts as ended. In a container without an init process, nothing reaps it.
        """
        process = self.process()
        if process is not None:
            process.terminate()
            try:
                wait_until(self._is_gone, timeout, f"process {process.pid} ends")
            except SandboxError:
                process.kill()
                wait_until(self._is_gone, 5, f"process {process.pid} ends when it is killed")
        self.pid_file.unlink(missing_ok=True)
        return process is not None

    def _is_gone(self) -> bool:
        return self.process() is None
