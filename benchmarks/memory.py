"""Measures the memory of a command and of the services that work for it, while it runs."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from benchmarks.docker_process import daemon_of
from sandbox.docker.engine import DockerEngine
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.process import Background

FUNCTIONS = "functions"
"""What serves the port of a running function's container is part of that function, whose memory isn't measured."""
SAMPLE_INTERVAL_SECONDS = 0.05
"""The time between samples."""
MIB = 2**20


@dataclass
class Peaks:
    """In MiB of proportional set size (PSS): what processes share is counted once, split between them."""

    by_part: dict[str, float] = field(default_factory=dict)
    """Each part's own peak. The peaks may be at different times."""
    total: float = 0.0
    """The highest sum at one moment."""

    def add(self, sample: Mapping[str, float]) -> None:
        for part, size in sample.items():
            self.by_part[part] = max(size, self.by_part.get(part, 0.0))
        self.total = max(self.total, sum(sample.values()))


def services_of(layout: Layout, docker: DockerEngine) -> list[psutil.Process]:
    """Return the emulator's process, and dockerd's if it runs on this machine."""
    found = [Background(layout.home / "emulator.pid").process()]
    with suppress(SandboxError):
        found.append(daemon_of(docker))
    return [process for process in found if process]


@contextmanager
def sampled(services: Sequence[psutil.Process]) -> Iterator[Peaks]:
    """Sample the memory of all processes started within the block, and of the services and their children."""
    peaks, ended = Peaks(), threading.Event()
    before = set(psutil.Process().children(recursive=True))
    sampler = threading.Thread(target=_sample, args=(services, before, peaks, ended))
    sampler.start()
    try:
        yield peaks
    finally:
        ended.set()
        sampler.join()


def _sample(
    services: Sequence[psutil.Process], before: set[psutil.Process], peaks: Peaks, ended: threading.Event
) -> None:
    own = psutil.Process()
    own_command = own.cmdline()
    while not ended.wait(SAMPLE_INTERVAL_SECONDS):
        sizes: defaultdict[str, float] = defaultdict(float)
        for process in (set(own.children(recursive=True)) - before) | _families(services):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):  # it ended meanwhile
                command = process.cmdline()
                begun = process == own or command != own_command  # until then, a child shares this process's memory
                if begun and (name := part(command)) != FUNCTIONS:
                    sizes[name] += process.memory_full_info().pss / MIB
        peaks.add(sizes)


def _families(services: Sequence[psutil.Process]) -> set[psutil.Process]:
    """Return the services and their children. They may be children of this process, but count only once."""
    found = set(services)
    for service in services:
        with suppress(psutil.NoSuchProcess):
            found.update(service.children(recursive=True))
    return found


def part(command: Sequence[str]) -> str:
    """Return the name of a process in the results, by its command line."""
    line = " ".join(command)
    known = {
        "sandbox.emulator.main": "emulator",
        "language_host.py": "language host with the program",
        "-m sandbox": "sandbox command with the plugins",
        "-m benchmarks": "benchmark with the plugins",
        "pulumi": "engine",
        "docker-proxy": FUNCTIONS,
        "dockerd": "dockerd",
        "containerd": "containerd",
        "docker": "docker client",
    }
    return next((name for word, name in known.items() if word in line), "others")
