"""Sends events to the containers of functions, and reports what comes of it as Lambda does.

MiniStack reports a process that ended by the beginning of what it printed, or waits for it (MiniStack 1.5.33).
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast

from docker.errors import APIError
from docker.models.containers import Container
from ministack.services import lambda_svc

from sandbox.docker.function_container import (
    CPU_PERIOD_MICROSECONDS,
    EMULATOR_MEMORY_MIB,
    Started,
    anonymous_memory,
    send,
)
from sandbox.emulator import invocation_log
from sandbox.emulator.invocation_log import KILLED, Failure
from sandbox.emulator.ministack.answers import Data
from sandbox.emulator.ministack.metrics import DURATION

MEMORY_INTERVAL_SECONDS = 0.1
"""How often the memory of a busy instance is measured."""
LATE_SECONDS = 10.0
"""How long after the timeout the runtime interface emulator may take to answer. It stops the function meanwhile."""
LOG_SECONDS = 2.0
"""How long Docker may take to pass on what a container printed."""
MIB = 1 << 20


@dataclass
class Instance:
    """A container of a function, which MiniStack treats as a container."""

    started: Started
    version: str
    memory: int
    """What the function may use, in MiB."""
    is_new: bool = field(default=True, init=False)

    @property
    def container(self) -> Container:
        return self.started.container

    def __getattr__(self, name: str) -> Any:
        return getattr(self.started.container, name)


@dataclass
class Memory:
    """Whether a function has used too much memory during an event."""

    exceeded: bool = False


def invoke(instance: Instance, event: Any, timeout: int, request: str) -> Data:
    """Send an event, and return the result as MiniStack wants it. With `timeout`, the instance isn't used again."""
    if instance.is_new:
        instance.is_new = False
        threading.Thread(target=_limit_cpu, args=(instance,), name="sandbox-cpu", daemon=True).start()
    began, started = time.time(), time.monotonic()
    with _watched(instance) as memory:
        status, body = send(instance.started.url, json.dumps(event).encode(), timeout + LATE_SECONDS, request)
    milliseconds = (time.monotonic() - started) * 1000
    output = _output(instance, began, request, is_answered=status == HTTPStatus.OK)
    text = body.decode(errors="replace")
    failed = _failure(instance, memory, status, text, output, timeout)
    lines = invocation_log.function_log(output)
    if failed is None:
        return {**_result(text), "log": "\n".join(lines), "log_source": "rie", DURATION: milliseconds}
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    took = min(milliseconds, timeout * 1000)
    log = invocation_log.failed_log(lines, failed, request, instance.version, instance.memory, took, now)
    document = _document(text) if status not in (0, HTTPStatus.OK) else None
    return {
        "body": document or failed.document(request),
        "error": True,
        "function_error": "Unhandled",
        "log": "\n".join(log),
        "log_source": "rie",
        "timeout": True,
        DURATION: milliseconds,
    }


def _failure(instance: Instance, memory: Memory, status: int, text: str, output: str, timeout: int) -> Failure | None:
    """Return why the function has not answered. None if it has, even if with an error."""
    if memory.exceeded:
        return KILLED
    if status == 0:
        instance.reload()
        if instance.attrs["State"]["OOMKilled"]:
            return KILLED
        return invocation_log.timed_out(timeout) if instance.status == "running" else invocation_log.failure(output)
    if status == HTTPStatus.OK:
        return invocation_log.timed_out(timeout) if invocation_log.TIMED_OUT.fullmatch(text) else None
    return invocation_log.failure(output)


def _document(text: str) -> Data | None:
    """Return the error that the function's runtime reported before its process ended, if it did."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) and "errorType" in document else None


def _result(text: str) -> Data:
    try:
        result: Data = {"body": json.loads(text)}
    except ValueError:
        result = {"body": text, "raw_payload": True}
    if (kind := lambda_svc._classify_function_error(result["body"], "")) is not None:
        result |= {"error": True, "function_error": kind}
    return result


def _output(instance: Instance, began: float, request: str, *, is_answered: bool) -> str:
    """Return what the container printed since then. Docker passes it on with a delay."""
    last = f"REPORT RequestId: {request}\t" if is_answered else invocation_log.FAILED
    deadline = time.monotonic() + LOG_SECONDS
    while True:
        output: str = instance.container.logs(since=began).decode(errors="replace")
        if last in output or time.monotonic() > deadline:
            break
        instance.reload()
        if instance.status != "running":
            break
        time.sleep(0.01)
    if is_answered:
        return output
    time.sleep(0.1)  # the process's last lines come through another pipe than the emulator's
    ended: str = instance.container.logs(since=began).decode(errors="replace")
    return ended


@contextmanager
def _watched(instance: Instance) -> Iterator[Memory]:
    """Kill an instance whose processes use more memory than the function may have.

    The container's own limit is higher, because it includes the files in `/tmp`.
    """
    memory, answered = Memory(), threading.Event()

    def watch() -> None:
        limit = (instance.memory + EMULATOR_MEMORY_MIB) * MIB
        while not answered.wait(MEMORY_INTERVAL_SECONDS):
            try:
                measured = cast(Data, instance.container.stats(stream=False, one_shot=True))
                if anonymous_memory(measured) > limit and not answered.is_set():
                    memory.exceeded = True
                    instance.container.kill()
                    return
            except APIError:  # it has ended
                return

    watching = threading.Thread(target=watch, name="sandbox-memory", daemon=True)
    watching.start()
    try:
        yield memory
    finally:
        answered.set()


def _limit_cpu(instance: Instance) -> None:
    """Give the function its share of processor time when its init phase, which has all of it, is over."""
    if instance.started.cpu_quota is None:
        return
    printed = b""
    try:
        stream: Any = instance.container.logs(stream=True, follow=True)
        with closing(stream._response):  # `stream.close` leaves its connection to the garbage collector (docker 7.2.0)
            for part in stream:
                printed += part
                if invocation_log.INIT_ENDED.encode() in printed:
                    break
            else:
                return
        instance.container.update(cpu_period=CPU_PERIOD_MICROSECONDS, cpu_quota=instance.started.cpu_quota)
    except APIError:
        logging.getLogger(__name__).warning("the processor time of a function is not limited", exc_info=True)
