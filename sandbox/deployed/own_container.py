"""Runs a deployed function in a container of a command's own, with the settings and the role of the deployed one."""

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import docker
from docker.models.containers import Container

from delivery.live import aws_errors
from operations.log_tail import own_lines
from sandbox.docker import function_container, runtime_emulator
from sandbox.docker.configured_function import function_of
from sandbox.docker.engine import DockerEngine
from sandbox.docker.function_container import Started
from sandbox.emulator import invocation_log
from sandbox.emulator.process import REGION, Emulator
from sandbox.target import SandboxTarget

LOG_SECONDS = 2.0
"""How long Docker may take to pass on what a container printed."""


@dataclass(frozen=True)
class Answered:
    body: str
    """The answer, as the function's runtime sent it."""
    log: list[str]
    """The lines that the function printed."""
    failed: bool
    """Whether the function raised an error, or ended without an answer."""


@dataclass(frozen=True)
class OwnContainer:
    started: Started

    @property
    def container(self) -> Container:
        return self.started.container

    @property
    def working_directory(self) -> str:
        return str(self.container.attrs["Config"]["WorkingDir"] or "/")

    def answer(self, event: bytes, seconds: float) -> Answered:
        """Send an event, and wait that long for the answer."""
        request, began = str(uuid.uuid4()), time.time()
        status, body = function_container.send(self.started.url, event, seconds, request)
        printed, text = self._printed(began, request), body.decode(errors="replace")
        log = own_lines("\n".join(invocation_log.function_log(printed)))
        if status != HTTPStatus.OK or invocation_log.TIMED_OUT.fullmatch(text):
            text = text or json.dumps(invocation_log.failure(printed).document(request))
            return Answered(text, log, failed=True)
        return Answered(text, log, failed=_is_error(text))

    def _printed(self, began: float, request: str) -> str:
        deadline = time.monotonic() + LOG_SECONDS
        while True:
            output: str = self.container.logs(since=began).decode(errors="replace")
            if f"REPORT RequestId: {request}\t" in output or invocation_log.FAILED in output:
                return output
            if time.monotonic() > deadline:
                return output
            time.sleep(0.01)


@contextmanager
def own_container(
    docker_engine: DockerEngine,
    emulator: Emulator,
    target: SandboxTarget,
    configuration: Mapping[str, Any],
    *,
    variables: Mapping[str, str] | None = None,
    memory: int = 0,
    **options: Any,
) -> Iterator[OwnContainer]:
    """Run a function as its configuration says, and remove the container at the end.

    `variables` replace those of the function, `memory` is what it gets in addition, in MiB, and `options` are more
    options of the Docker client.
    """
    given = function_of(configuration, REGION, emulator.port, _role_session(target, configuration))
    function = replace(given, variables={**given.variables, **(variables or {})}, memory=given.memory + memory)
    client = docker.DockerClient(base_url=docker_engine.host)
    try:
        started = function_container.start(
            client,
            function,
            runtime_emulator.folder(emulator.layout),
            volume=emulator.instance,
            labels={"ministack.instance": f"{emulator.instance}:{emulator.port}"},  # `down` removes it
            **function_container.on_network(client, emulator.instance),
            **options,
        )
        try:
            yield OwnContainer(started)
        finally:
            started.container.remove(force=True, v=True)
    finally:
        client.close()


def _role_session(target: SandboxTarget, configuration: Mapping[str, Any]) -> dict[str, str]:
    """Return credentials of a function's role, as variables. They are valid for an hour."""
    role, name = configuration["Role"], configuration["FunctionName"][:64]
    with target.errors(), aws_errors(f"assuming {role}"):
        session = target.stack.client("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }


def _is_error(text: str) -> bool:
    """Return whether an answer is the error document of a runtime."""
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return isinstance(document, dict) and {"errorMessage", "errorType"} <= document.keys()
