"""The steps of the part `releases`: deployments, good and bad, rollbacks and canaries."""

import functools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.answers import Body
from benchmarks.contender import Contender, aws_client
from components.served import ALIAS
from delivery.live import Alias
from sandbox.engine.stack import STACK
from sandbox.errors import SandboxError
from sandbox.process import last_lines, run

HANDLER = Path(__file__).with_name("released_handler.py")
PARAMETER = "/benchmark/released"
"""A parameter of the parameter store that some versions read."""
VALUE = "kept"
PAUSE_SECONDS = 4.0
"""The pause after a step. It is longer than the time that an alias may take to settle."""
CANARY_SECONDS = 12.0
"""The pause after the beginning of a canary."""
CANARY_SHARE = 0.1

CRASHES = 'raise RuntimeError("crashes at start")\n'
RAISES = 'def handle(event: object, context: object) -> None:\n    raise RuntimeError("raises on every event")\n'
ANSWERS_WRONGLY = 'GREETING = "wrong"\n'
FAILS_TO_BUILD = "RUN false\n"


@dataclass(frozen=True)
class Source:
    """What a deployment may change in the module's folder."""

    revision: int = 0
    memory: int = 256
    colour: str = "red"
    reads: bool = False
    """Whether the function reads the parameter, and has the permission to."""
    lists: bool = False
    """Whether the function has a permission that it doesn't use."""
    code: str = ""
    """Appended to the handler."""
    dockerfile: str = ""
    """Appended to the Dockerfile."""

    @property
    def settings(self) -> dict[str, Any]:
        read = {"actions": ["ssm:GetParameter"], "resources": [f"arn:aws:ssm:*:*:parameter{PARAMETER}"]}
        listing = {"actions": ["s3:ListAllMyBuckets"], "resources": ["*"]}
        return {
            "memorySize": self.memory,
            "environment": {"COLOUR": self.colour, **({"PARAMETER": PARAMETER} if self.reads else {})},
            "policies": {
                "statements": {
                    **({"ReadParameter": read} if self.reads else {}),
                    **({"ListBuckets": listing} if self.lists else {}),
                }
            },
            "smoke": {"expect": {"greeting": "hello"}},
            "triggers": {"url": {}},
        }

    @property
    def body(self) -> Body:
        """What the function answers, without the version."""
        return {
            "revision": str(self.revision),
            "greeting": "hello",
            "memory": self.memory,
            "colour": self.colour,
            "parameter": VALUE if self.reads else "",
        }


@dataclass
class Scenario:
    """The module, its function, and which version is expected to answer what."""

    contender: Contender
    dockerfile: str
    source: Source = field(default_factory=Source)
    """What was deployed last and passed its checks."""
    expected: dict[int, Body] = field(default_factory=dict)

    def alias(self) -> Alias:
        return Alias.of(self._lambda.get_alias(FunctionName=self.contender.function, Name=ALIAS))

    def served(self) -> frozenset[int]:
        """Return the versions that the alias serves."""
        alias = self.alias()
        return frozenset({alias.live.version, *alias.weights})

    def write(self, source: Source) -> None:
        module = self.contender.module
        (module / "handler.py").write_text(HANDLER.read_text())
        self.contender.edit(str(source.revision))
        with (module / "handler.py").open("a") as file:
            file.write(source.code)
        (module / "Dockerfile").write_text(self.dockerfile + source.dockerfile)
        (module / "module.yaml").write_text(json.dumps(source.settings))

    def deploy(self, **changes: Any) -> str:
        """Deploy a change that passes its checks."""
        self.source = replace(self.source, **changes)
        self.write(self.source)
        self.contender.ship()
        version = max(self.alias().live.passed)
        self.expected[version] = self.source.body
        return f"version {version}"

    def deploy_refused(self, message: str, **changes: Any) -> str:
        """Deploy a change that doesn't pass its checks. Raises SandboxError unless it fails with the message."""
        before = self.alias()
        self.write(replace(self.source, **changes))
        how = self.contender
        done = run(how.command, env=how.environ, cwd=how.cwd, log=how.log, check=False)
        if done.returncode == 0 or message not in done.stdout:
            raise SandboxError(f"an update should have failed with '{message}':\n{last_lines(done.stdout, 15)}")
        if self.alias() != before:
            raise SandboxError(f"an update that failed has changed the alias `{ALIAS}`")
        return f"refused, version {before.live.version} goes on"

    def command(self, verb: str, *options: str) -> str:
        """Run one of delivery's commands for the module, and return what is served then."""
        how = self.contender
        command = [sys.executable, "-m", f"delivery.{verb}", how.module.name, "--stack", STACK, *options]
        run(command, env=how.environ, cwd=how.cwd, log=how.log)
        return f"version {self.alias().live.version}"

    def begin_canary(self) -> str:
        """Serve the version before the newest one, and the newest one to a share of the calls."""
        live = self.alias().live
        before = max(version for version in live.passed if version < live.version)
        self._route(before, {str(live.version): CANARY_SHARE})
        return f"version {before}, and version {live.version} to {CANARY_SHARE:.0%}"

    def promote(self) -> str:
        """Serve the version that had a share of the calls."""
        (version,) = self.alias().weights
        self._route(version, {})
        return f"version {version}"

    def _route(self, version: int, weights: dict[str, float]) -> None:
        self._lambda.update_alias(
            FunctionName=self.contender.function,
            Name=ALIAS,
            FunctionVersion=str(version),
            RoutingConfig={"AdditionalVersionWeights": weights},
        )

    @functools.cached_property
    def _lambda(self) -> Any:
        return aws_client("lambda", self.contender.environ)


@dataclass(frozen=True)
class Step:
    kind: str
    what: str
    take: Callable[[Scenario], str]
    """Takes the step, and returns what is served then."""
    pause: float = PAUSE_SECONDS


DEPLOYMENT, SMOKE, BUILD = "deployment", "failing smoke test", "failing build"
ROLLBACK, RELEASE, CANARY, PROMOTION = "rollback", "release", "canary", "promotion"


def deployment(what: str, **changes: Any) -> Step:
    return Step(DEPLOYMENT, what, lambda scenario: scenario.deploy(**changes))


def refused(kind: str, what: str, message: str, **changes: Any) -> Step:
    return Step(kind, what, lambda scenario: scenario.deploy_refused(message, **changes))


def rollback() -> Step:
    return Step(ROLLBACK, "", lambda scenario: scenario.command("rollback", "--reason", "benchmark"))


def release() -> Step:
    return Step(RELEASE, "", lambda scenario: scenario.command("release"))


def canary() -> tuple[Step, Step]:
    return (
        Step(CANARY, "", Scenario.begin_canary, CANARY_SECONDS),
        Step(PROMOTION, "", Scenario.promote),
    )


STEPS: tuple[Step, ...] = (
    deployment("code", revision=1),
    deployment("memory", memory=320),
    deployment("environment", colour="green"),
    deployment("permission, and its use", reads=True),
    refused(SMOKE, "crashes at start", "crash", code=CRASHES),
    refused(SMOKE, "raises, lacks the permission", "raises on every event", code=RAISES, reads=False),
    deployment("code", revision=2),
    rollback(),
    release(),
    refused(SMOKE, "wrong answer, lacks the permission", "expected in: greeting", code=ANSWERS_WRONGLY, reads=False),
    refused(BUILD, "lacks the permission", "RUN false", dockerfile=FAILS_TO_BUILD, reads=False),
    deployment("environment", colour="blue"),
    rollback(),
    refused(SMOKE, "crashes at start, during the rollback", "crash", code=CRASHES),
    deployment("code, ends the rollback", revision=3),
    deployment("permission", lists=True),
    *canary(),
    deployment("memory", memory=256),
    rollback(),
    release(),
    deployment("permission removed", lists=False),
    deployment("code", revision=4),
    *canary(),
    rollback(),
    deployment("code, ends the rollback", revision=5),
    refused(SMOKE, "raises", "raises on every event", code=RAISES),
    deployment("permission and its use removed", reads=False),
    deployment("code", revision=6),
    *canary(),
    rollback(),
    release(),
)
