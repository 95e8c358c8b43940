"""Calls a function while it is deployed, rolled back and promoted, and checks each answer."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import checkout
from benchmarks.about import about
from benchmarks.answers import Body, answers_by_version, answers_during_canaries, mistake, percentile, periods
from benchmarks.callers import CALLERS, PAUSE_SECONDS, Call, Calls, by_client, by_url, calling
from benchmarks.contender import EVENT, aws_client
from benchmarks.contenders.ours import pulumi_up
from benchmarks.scenario import PARAMETER, STEPS, VALUE, Scenario, Step
from benchmarks.settings import Settings
from sandbox.docker import base_image
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import opened

MODULE = Path(__file__).parents[1] / "examples" / "signer"
"""A module that has boto3. Its handler, event and settings are replaced."""
NAME = "released"
OBSERVE_SECONDS = 0.05
"""The pause between two looks at the alias."""
INTERVAL_SECONDS = 2.0
"""The length of the intervals in which the answers of each version are counted."""


def releases(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Return `about` and what was measured. Raises SandboxError if a step ends otherwise than it should."""
    with checkout.checkout("releases") as layout, opened(layout, progress) as session:
        base_image.ensure(session.docker, layout, progress)
        log = Layout.of().logs / "releases.log"  # the copy's own logs are removed at the end, also after a failure
        log.unlink(missing_ok=True)
        contender = replace(pulumi_up(layout, session, checkout.add_module(layout, NAME, MODULE)), log=log)
        (contender.module / "events" / "smoke.json").write_bytes(EVENT)
        scenario = Scenario(contender, (contender.module / "Dockerfile").read_text())
        aws_client("ssm", session.environ).put_parameter(Name=PARAMETER, Value=VALUE, Type="String")
        with progress.step("first shipping"):
            scenario.deploy()
            contender.wait_for("0")
        url = stack.outputs(layout)[NAME]["functionUrl"]
        result = _called(scenario, url, progress)
        return {"about": about(session, replace(settings, runs=1)), "callers": CALLERS, **result}


def _called(scenario: Scenario, url: str, progress: Progress) -> dict[str, Any]:
    contender = scenario.contender
    asks = [
        by_url(contender.environ, url, EVENT)
        if number % 2
        else by_client(contender.environ, contender.function, contender.qualifier, EVENT)
        for number in range(CALLERS)
    ]
    with calling([scenario.served], OBSERVE_SECONDS) as observed, calling(asks, PAUSE_SECONDS) as calls:
        steps = [_taken(step, scenario, calls.began, progress) for step in STEPS]
    if observed.failures:
        raise SandboxError(f"the alias could not be read: {observed.failures[0]}")
    return {"steps": steps, **counted(calls, observed.made, scenario.expected)}


def _taken(step: Step, scenario: Scenario, since: float, progress: Progress) -> dict[str, Any]:
    """Take a step, wait until the alias has settled, and return what is reported of the step."""
    began = time.monotonic()
    with progress.step(f"{step.kind}: {step.what}" if step.what else step.kind) as shown:
        shown.outcome = outcome = step.take(scenario)
    seconds = time.monotonic() - began
    time.sleep(step.pause)
    return {"kind": step.kind, "what": step.what, "began": began - since, "seconds": seconds, "outcome": outcome}


def counted(calls: Calls, observed: Sequence[Call], expected: Mapping[int, Body]) -> dict[str, Any]:
    """Return what is reported of the calls. `observed` are calls that read what the alias serves."""
    served, seconds = periods(observed), calls.seconds
    mistakes = [wrong for call in calls.answered if (wrong := mistake(call, served, expected))]
    return {
        "calls": len(calls.made),
        "failed": len(calls.failures),
        "failures": calls.failures[:10],
        "wrong": len(mistakes),
        "mistakes": mistakes[:10],
        "p50": percentile(seconds, 50),
        "p99": percentile(seconds, 99),
        "longest": seconds[-1],
        "canaries": answers_during_canaries(calls.answered, served),
        "interval": INTERVAL_SECONDS,
        "answers": answers_by_version(calls.answered, calls.began, INTERVAL_SECONDS),
    }
