"""One way to ship a module: a command, and the function that must then answer from the new code."""

import functools
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.checkout import MODULE
from sandbox.deployed.lambda_client import single_attempt
from sandbox.errors import SandboxError
from sandbox.process import run

REVISION = re.compile(r'^REVISION = ".*"$', re.MULTILINE)
EVENT = (MODULE / "events" / "smoke.json").read_bytes()
ANSWER_TIMEOUT_SECONDS = 30.0
"""How long after a command the new code must answer."""

SETTLE_SECONDS = 1.5
"""The pause between commands: the emulator saves its state one second after a change."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    name: str
    module: Path
    """Its copy of the module's folder."""
    command: Sequence[str | Path]
    cwd: Path
    environ: Mapping[str, str]
    log: Path
    function: str
    qualifier: str = "$LATEST"
    """The qualifier that callers use: the alias, if the contender has one."""

    def ship(self) -> float:
        """Run the command and return its seconds. Raises SandboxError with its last lines if it fails."""
        started = time.perf_counter()
        run(self.command, env=self.environ, cwd=self.cwd, log=self.log)
        return time.perf_counter() - started

    def edit(self, revision: str) -> None:
        """Change one line of one file, the revision that the function returns."""
        handler = self.module / "handler.py"
        edited, count = REVISION.subn(f'REVISION = "{revision}"', handler.read_text())
        if count != 1:
            raise SandboxError(f"{handler} has {count} lines `REVISION = ...`", "the benchmark edits exactly one")
        handler.write_text(edited)

    def answer(self) -> Any:
        answered = self._client.invoke(FunctionName=self.function, Qualifier=self.qualifier, Payload=EVENT)
        payload = answered["Payload"].read().decode()
        if "FunctionError" in answered:
            raise SandboxError(f"{self.name}: the function {self.function} failed: {payload}")
        return json.loads(payload)

    def wait_for(self, revision: str) -> float:
        """Invoke the function until the new code answers, and return the seconds that this took.

        Raises SandboxError after ANSWER_TIMEOUT_SECONDS.
        """
        started = time.perf_counter()
        while (answer := self.answer())["revision"] != revision:
            if time.perf_counter() - started > ANSWER_TIMEOUT_SECONDS:
                raise SandboxError(f"{self.name}: asked for revision {revision}, {self.function} answers {answer}")
        return time.perf_counter() - started

    @functools.cached_property
    def _client(self) -> Any:
        return aws_client("lambda", self.environ, Config(**single_attempt()))


def aws_client(service: str, environ: Mapping[str, str], config: Config | None = None) -> Any:
    """Return a client with the endpoint, Region and credentials that these environment variables name."""
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        region_name=environ["AWS_REGION"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
        config=config,
    )
