"""A `docker` command that answers from a list, for what a test would not do to a real engine."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.docker.engine import DockerEngine


@dataclass(frozen=True)
class FakeDocker:
    client: Path

    @classmethod
    def at(cls, folder: Path, answers: Mapping[str, str]) -> "FakeDocker":
        """`answers`: shell commands by the beginning of the arguments they answer; any other arguments fail."""
        folder.mkdir(parents=True, exist_ok=True)
        client = folder / "docker"
        cases = "".join(f"{shlex.quote(start)}*) {command} ;;\n" for start, command in answers.items())
        client.write_text(
            f'#!/bin/sh\necho "$*" >> {folder}/calls\ncase "$*" in\n{cases}'
            '*) echo "not expected: $*"; exit 99 ;;\nesac\n'
        )
        client.chmod(0o755)
        return cls(client)

    def calls(self) -> list[str]:
        calls = self.client.with_name("calls")
        return calls.read_text().splitlines() if calls.exists() else []

    def engine(self) -> DockerEngine:
        return DockerEngine(
            host="unix:///nowhere",
            client=self.client,
            version="20.10.24",
            containerd_store=False,
        )
