"""A stack of its own in a checkout's emulator, which the pipeline's two steps ship to, through a forwarder."""

import functools
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sandbox.docker.engine import DockerEngine
from tests.end_to_end.checkout import Checkout, Ran
from tests.end_to_end.failing import keeper
from tests.end_to_end.failing.calls import Call
from tests.end_to_end.failing.forwarder import Fault, Forwarder, Mode


@dataclass(eq=False)
class Pipeline:
    checkout: Checkout
    forwarder: Forwarder
    environ: dict[str, str]
    revisions: Iterator[int] = field(default_factory=lambda: count(1))
    """Of all stacks, so that each has an image of its own."""
    running: "subprocess.Popen[str] | None" = None

    @functools.cache  # noqa: B019 (as long as the pipeline)
    def aws(self, service: str) -> Any:
        """A client that asks the emulator itself."""
        return self.checkout.aws(service)

    @classmethod
    @contextmanager
    def of(cls, checkout: Checkout, engine: DockerEngine) -> "Iterator[Pipeline]":
        """Its plugins, and all that is run in it, reach AWS through the forwarder alone."""
        environ = dict(checkout.sandbox_environment)
        checkout.aws("sqs").create_queue(QueueName=keeper.FAILURES)
        forwarder = Forwarder(int(environ["AWS_ENDPOINT_URL"].rpartition(":")[2]))
        environ |= {**engine.environment(), "AWS_ENDPOINT_URL": f"http://127.0.0.1:{forwarder.port}"}
        with forwarder.serving(), checkout.plugins(environ) as served:
            yield cls(checkout, forwarder, served)

    def run(self, *command: str) -> Ran:
        with subprocess.Popen(
            command,
            cwd=self.checkout.root,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as self.running:
            stdout, stderr = self.running.communicate(timeout=300)
        return Ran(self.running.returncode, stdout, stderr)

    def interrupt(self) -> None:
        assert self.running is not None
        self.running.send_signal(signal.SIGINT)


@dataclass
class Stack:
    pipeline: Pipeline
    name: str
    revision: int = 0
    """Of `keeper`; 0 before there was one."""

    @classmethod
    def new(cls, pipeline: Pipeline, name: str) -> "Stack":
        root = pipeline.checkout.root
        (root / f"Pulumi.{name}.yaml").write_text((root / "Pulumi.local.yaml").read_text())
        stack = cls(pipeline, name)
        stack.pulumi("stack", "init", name).ok()
        return stack

    @property
    def prefix(self) -> str:
        return f"lambda-images-{self.name}"

    @property
    def function(self) -> str:
        return f"{self.prefix}-{keeper.NAME}"

    def pulumi(self, *arguments: str) -> Ran:
        self.pipeline.environ["PULUMI_STACK"] = self.name
        return self.pipeline.run("pulumi", "--non-interactive", *arguments)

    @property
    def has_keeper(self) -> bool:
        """Whether the checkout has the module."""
        return keeper.folder(self.pipeline.checkout.root).exists()

    def commit(self) -> None:
        """The next revision: the module's folder, and the values of its secrets."""
        self.revision = revision = next(self.pipeline.revisions)
        keeper.commit(self.pipeline.checkout.root, revision)
        self.pipeline.aws("ssm").put_parameter(
            Name=keeper.shared(revision), Value="shared", Type="String", Overwrite=True
        )
        values = [
            part
            for variable, value in keeper.secrets(revision).items()
            for part in ("--secret", f"lambda-images:secrets.{keeper.NAME}.{variable}={value}")
        ]
        self.pulumi("config", "set-all", "--path", *values).ok()

    def remove(self) -> None:
        """The module's folder, and the values of its secrets."""
        keeper.remove(self.pipeline.checkout.root)
        self.pulumi("config", "rm", "secrets").ok()

    def up(self) -> Ran:
        """As the pipeline does it."""
        return self.pulumi("up", "--yes", "--skip-preview", "--suppress-outputs", "--continue-on-error")

    def recover(self) -> Ran:
        self.pipeline.environ["PULUMI_STACK"] = self.name
        return self.pipeline.run(sys.executable, "-m", "delivery.recover", "--stack", self.name)

    def failed_up(self, mode: Mode, chosen: Callable[[Call], bool]) -> tuple[Ran, Fault]:
        fault = Fault(mode, chosen, self.pipeline.interrupt)
        with self.pipeline.forwarder.failing(fault):
            return self.up(), fault

    def preview(self) -> Ran:
        return self.pulumi("preview", "--expect-no-changes", "--diff")

    def found(self) -> dict[str, Any]:
        return keeper.found(self.pipeline.aws, self.function)

    def answer(self) -> Any:
        return keeper.answer(self.pipeline.aws, self.function)

    def left(self) -> list[str]:
        """What AWS has of the module."""
        return keeper.left(self.pipeline.aws, self.function)
