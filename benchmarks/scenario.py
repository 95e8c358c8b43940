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
CANARY = {"percent": 10, "minutes": 1}

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
    canary: bool = False
    """Whether a new version gets a share of the calls before it gets all."""
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
            **({"release": {"canary": CANARY}} if self.canary else {}),
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

    def deploy(self, canary: bool = False, **changes: Any) -> str:
        """Deploy a change that passes its checks."""
        self.source = replace(self.source, **changes)
        self.write(replace(self.source, canary=canary))
        self.contender.ship()
        self.expected[max(self.served())] = self.source.body
        return self.describe()

    def describe(self) -> str:
        """Return which versions the alias serves."""
        alias = self.alias()
        shares = "".join(f", {share:.0%} to version {version}" for version, share in alias.weights.items())
        return f"version {alias.live.version}{shares}"

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
        return self.describe()

    def command(self, verb: str, *options: str) -> str:
        """Run one of delivery's commands for the module, and return what is served then."""
        how = self.contender
        command = [sys.executable, "-m", f"delivery.{verb}", how.module.name, "--stack", STACK, *options]
        run(command, env=how.environ, cwd=how.cwd, log=how.log)
        return self.describe()

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


def deployment(what: str, **changes: Any) -> Step:
    return Step("deployment", what, lambda scenario: scenario.deploy(**changes))


def failing_build(what: str, message: str, **changes: Any) -> Step:
    return Step("failing build", what, lambda scenario: scenario.deploy_refused(message, **changes))


def failing_smoke_test(what: str, message: str, **changes: Any) -> Step:
    return Step("failing smoke test", what, lambda scenario: scenario.deploy_refused(message, **changes))


def canary(seconds: float, **changes: Any) -> Step:
    return Step("canary", "code", lambda scenario: scenario.deploy(canary=True, **changes), seconds)


PROMOTION = Step("promotion", "", lambda scenario: scenario.command("promote", "--wait"))
ROLLBACK = Step("rollback", "", lambda scenario: scenario.command("rollback", "--reason", "benchmark"))
RELEASE = Step("release", "", lambda scenario: scenario.command("release"))

STEPS: tuple[Step, ...] = (
    deployment("code", revision=1),
    deployment("memory", memory=320),
    deployment("environment", colour="green"),
    deployment("permission and its use", reads=True),
    failing_smoke_test("crashes at start", "crashes at start", code=CRASHES),
    failing_smoke_test("raises, lacks the permission", "raises on every event", code=RAISES, reads=False),
    deployment("code", revision=2),
    ROLLBACK,
    RELEASE,
    failing_smoke_test(
        "wrong answer, lacks the permission", "expected in: greeting", code=ANSWERS_WRONGLY, reads=False
    ),
    failing_build("lacks the permission", "error reading build output", dockerfile=FAILS_TO_BUILD, reads=False),
    deployment("environment", colour="blue"),
    ROLLBACK,
    failing_smoke_test("crashes at start, during the rollback", "crashes at start", code=CRASHES),
    deployment("code, ends the rollback", revision=3),
    deployment("permission", lists=True),
    canary(60.0, revision=4),
    PROMOTION,
    deployment("memory", memory=256),
    ROLLBACK,
    RELEASE,
    deployment("permission removed", lists=False),
    canary(15.0, revision=5),
    RELEASE,
    deployment("code", revision=6),
    canary(15.0, revision=7),
    ROLLBACK,
    deployment("code, ends the rollback", revision=8),
    failing_smoke_test("raises", "raises on every event", code=RAISES),
    deployment("permission and its use removed", reads=False),
    deployment("code", revision=9),
    ROLLBACK,
    RELEASE,
)
