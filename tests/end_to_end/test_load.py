"""Callers of a function whose deployments go on beside them, by API calls as an update makes them."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.callers import by_client, by_connection, calling
from sandbox.cli.down import remove_containers
from sandbox.docker import base_image, runtime_emulator
from sandbox.docker.engine import DockerEngine
from sandbox.emulator.process import REGION, Emulator
from sandbox.layout import PROJECT, Layout
from sandbox.process import run, wait_until
from tests.end_to_end.conftest import TINY
from tests.end_to_end.docker import containers
from tests.sandbox.emulator.emulators import client, logged_in, process, settle

pytestmark = pytest.mark.sandbox

FUNCTION, ALIAS = "adder", "live"
EVENT = (TINY / "adder" / "events" / "smoke.json").read_bytes()
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
OPEN_FILES = 1024
"""The usual soft limit of a process."""


class Deployed:
    """A function of two images, called by its alias."""

    def __init__(self, emulator: Emulator, docker: DockerEngine) -> None:
        self.emulator = emulator
        self.api = client(emulator, "lambda")
        client(emulator, "ecr").create_repository(repositoryName=FUNCTION)
        self.tags = [f"localhost:{emulator.port}/{FUNCTION}:{number}" for number in range(2)]
        for number, tag in enumerate(self.tags):
            command: list[str | Path] = [
                docker.client,
                "build",
                "--quiet",
                "--build-arg",
                f"BASE_IMAGE={base_image.TAG}",
            ]
            run([*command, "--label", f"number={number}", "--tag", tag, TINY / "adder"], env=docker.environment())
            run([docker.client, "push", "--quiet", tag], env={**docker.environment(), **logged_in(emulator)})
        role = client(emulator, "iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
        code = {"ImageUri": self.tags[0]}
        self.api.create_function(FunctionName=FUNCTION, Role=role["Arn"], PackageType="Image", Code=code, Timeout=60)
        settle(self.api, FUNCTION)
        version = self.api.publish_version(FunctionName=FUNCTION)["Version"]
        self.api.create_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=version)

    def update(self, number: int) -> None:
        """Settings and code of `$LATEST`."""
        self.api.update_function_configuration(FunctionName=FUNCTION, MemorySize=256 + number)
        settle(self.api, FUNCTION)
        self.api.update_function_code(FunctionName=FUNCTION, ImageUri=self.tags[number % 2])
        settle(self.api, FUNCTION)

    def deploy(self, number: int) -> None:
        self.update(number)
        version = self.api.publish_version(FunctionName=FUNCTION)["Version"]
        self.api.invoke(FunctionName=FUNCTION, Qualifier=version, Payload=EVENT)
        self.api.update_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=version)

    def callers(self) -> Any:
        environ = {**self.emulator.credentials, "AWS_ENDPOINT_URL": self.emulator.endpoint, "AWS_REGION": REGION}
        asks = [by(environ, FUNCTION, ALIAS, EVENT) for by in (by_client, by_connection) for _ in range(2)]
        return calling(asks, pause=0.02)

    def running(self) -> set[str]:
        """The containers of its instances."""
        found = containers(f"localhost:{self.emulator.port}")
        return {str(container.id) for container in found if container.status == "running"}


@pytest.fixture(scope="module")
def deployed(docker: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    home: Path = tmp_path_factory.mktemp("load") / "home"
    layout = Layout(project=PROJECT, home=home, tools=PROJECT / ".sandbox" / "tools")
    runtime_emulator.ensure(layout, print)
    emulator = Emulator(layout)
    emulator.start(docker.environment(), docker.bridge_address())
    process(emulator).rlimit(psutil.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    try:
        yield (found := Deployed(emulator, docker))
        run([docker.client, "image", "rm", "--force", *found.tags], env=docker.environment())
    finally:
        emulator.stop()
        remove_containers(docker, emulator)


def test_an_update_stops_no_instance_of_the_version_that_serves(deployed: Deployed) -> None:
    with deployed.callers() as calls:
        wait_until(lambda: len(calls.seconds) > 20, 120, "each caller has been answered several times")
        serving = deployed.running()
        for number in range(2):
            deployed.update(number)
        assert serving and serving <= deployed.running()
    assert calls.failures == []


def test_callers_lose_nothing_through_deployments(deployed: Deployed) -> None:
    with deployed.callers() as calls:
        for number in range(4):
            deployed.deploy(number)
        wait_until(lambda: len(calls.seconds) > 100, 240, "there were enough calls to lose some")
    assert calls.failures == []
    emulator = process(deployed.emulator)
    wait_until(lambda: emulator.num_fds() < 50, 30, "the connections of earlier calls are closed")


def test_two_versions_share_the_calls_of_an_alias_and_are_told_apart_by_their_metrics(deployed: Deployed) -> None:
    old = deployed.api.get_alias(FunctionName=FUNCTION, Name=ALIAS)["FunctionVersion"]
    deployed.deploy(5)
    new = deployed.api.get_alias(FunctionName=FUNCTION, Name=ALIAS)["FunctionVersion"]
    shared = deployed.api.create_alias(
        FunctionName=FUNCTION,
        Name="shared",
        FunctionVersion=old,
        RoutingConfig={"AdditionalVersionWeights": {new: 0.5}},
    )
    began, answers = datetime.now(UTC), Counter[str]()
    for _ in range(40):
        answer = deployed.api.invoke(FunctionName=shared["AliasArn"], Payload=EVENT)
        assert json.load(answer["Payload"]) == {"sum": 6}
        answers[answer["ExecutedVersion"]] += 1
    assert answers.keys() == {old, new}
    dimensions = {"FunctionName": FUNCTION, "Resource": f"{FUNCTION}:shared"}
    queries: list[dict[str, Any]] = [
        {
            "Id": f"{metric.lower()}{version}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Lambda",
                    "MetricName": metric,
                    "Dimensions": [
                        {"Name": name, "Value": value}
                        for name, value in {**dimensions, "ExecutedVersion": version}.items()
                    ],
                },
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for version in (old, new)
        for metric in ("Invocations", "Errors")
    ]
    found = client(deployed.emulator, "cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=began, EndTime=began + timedelta(hours=1)
    )
    sums = {result["Id"]: sum(result["Values"]) for result in found["MetricDataResults"]}
    assert sums == {f"invocations{version}": answers[version] for version in (old, new)} | {
        f"errors{version}": 0.0 for version in (old, new)
    }
