"""`python -m delivery.deploy`: the steps of a deployment, in their order, and what a failure of each stops."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from components.errors import ComponentError
from delivery import deploy
from delivery.deploy import Deployment
from delivery.engine import run_pulumi
from tests.workflows.files import GITHUB, read

UP = "pulumi --non-interactive up --yes --skip-preview --continue-on-error --stack dev"
DONE = ["recover", "promote --wait", "up", "promote --wait", "prune", "health"]


class Commands:
    """Runs nothing. A command with `fails` in it fails. `delivery.promote` reports that canaries of `ended` ended."""

    def __init__(self, fails: str = "", ended: str = "") -> None:
        self._fails, self._ended = fails, ended
        self.ran: list[str] = []
        self.variables: list[dict[str, str]] = []

    def __call__(self, command: Sequence[str], variables: Mapping[str, str], output: Path | None) -> int:
        words = " ".join(command)
        called = re.sub(rf"^{re.escape(sys.executable)} -m delivery\.(\w+) --stack dev", r"\1", words)
        self.ran.append(called.strip().removesuffix(" --adopt").replace(UP, "up"))
        self.variables.append(dict(variables))
        if "GITHUB_OUTPUT" in variables:
            Path(variables["GITHUB_OUTPUT"]).write_text(f"ended={self._ended}\n")
        if output:
            output.write_text(f"images of {len(self.ran)}")
        return 3 if self._fails and self._fails in self.ran[-1] else 0


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder, which has the stack `dev` alone."""
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout" / "Pulumi.yaml").write_text("name: lambda-images\n")
    (tmp_path / "checkout" / "Pulumi.dev.yaml").write_text("config: {}\n")
    (tmp_path / "checkout" / "modules").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")


def deployed(commands: Commands, shipped: Path | None = None, exclude: Sequence[str] = (), images: bool = False) -> int:
    return Deployment("dev", commands).deploy(exclude, "", shipped, images)


def test_the_steps_are_those_of_the_workflow(tmp_path: Path) -> None:
    job = read(GITHUB / "workflows" / "deploy-stack.yml")["jobs"]["update"]
    named = [
        match[1] if match else "up"
        for step in job["steps"]
        if (match := re.search(r"delivery\.(\w+)", step.get("run", ""))) or "pulumi/actions" in step.get("uses", "")
    ]
    commands = Commands(ended="thumbnail")
    deployed(commands, tmp_path / "images.json")
    ours = [called.split()[0] for called in commands.ran]
    assert [name for name in named if name not in ("exclude", "summary")] == ours


def test_a_deployment_without_canaries_updates_once() -> None:
    commands = Commands()
    assert (deployed(commands), commands.ran) == (0, DONE)


def test_images_that_are_handed_over_are_checked_before_anything_else() -> None:
    commands = Commands(fails="preflight")
    assert (deployed(commands, images=True), commands.ran) == (3, ["preflight"])


def test_an_update_that_fails_has_its_canaries_watched_and_fails() -> None:
    commands = Commands(fails="up", ended="thumbnail")
    assert (deployed(commands), commands.ran[-3:]) == (3, ["up", "promote --wait", "up"])


@pytest.mark.parametrize(
    ("fails", "code", "last"),
    [("recover", 3, "recover"), ("promote", 3, "promote --wait"), ("prune", 0, "health"), ("health", 3, "health")],
)
def test_a_step_that_fails_stops_those_that_need_it(fails: str, code: int, last: str) -> None:
    commands = Commands(fails=fails)
    assert (deployed(commands), commands.ran[-1]) == (code, last)


def test_images_are_listed_only_after_a_deployment_that_succeeded(tmp_path: Path) -> None:
    file = tmp_path / "images.json"
    file.write_text("earlier")
    assert deployed(Commands(fails="shipped"), file) == 3
    assert [(path.name, path.read_text()) for path in tmp_path.glob("*.*")] == [("images.json", "earlier")]
    assert deployed(Commands(), file) == 0
    assert file.read_text() == "images of 7"


def test_excluded_modules_are_excluded_from_the_update() -> None:
    Path("modules", "orders").mkdir()
    Path("modules", "orders", "module.yaml").write_text("smoke: {event: {}}\n")
    commands = Commands()
    assert deployed(commands, exclude=["orders"]) == 0
    urn = "urn:pulumi:dev::lambda-images::lambda-images:index:LambdaModule::orders"
    assert f"up --exclude {urn} --exclude-dependents" in commands.ran
    assert {"EXCLUDED_MODULES": "orders"} in commands.variables
    with pytest.raises(ComponentError, match="can't exclude order: there is no such module"):
        deployed(Commands(), exclude=["order"])


def test_an_unknown_stack_is_refused_before_anything_runs() -> None:
    commands = Commands()
    with pytest.raises(ComponentError, match=r"no stack file Pulumi\.staging\.yaml; the stacks here are: dev"):
        Deployment("staging", commands).deploy([], "", None, False)
    assert commands.ran == []


def test_an_engine_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for run in (lambda: deploy.run(["pulumi", "up"], {}, None), lambda: run_pulumi("stack", "export")):
        with pytest.raises(SystemExit, match="there is no `pulumi` on PATH"):
            run()


def test_each_command_is_shown_before_it_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "import os; print(os.environ['GIVEN'])"]
    assert deploy.run(command, {"GIVEN": "value"}, tmp_path / "output") == 0
    assert capfd.readouterr().out == "$ python -c import os; print(os.environ['GIVEN'])\n"
    assert (tmp_path / "output").read_text() == "value\n"
