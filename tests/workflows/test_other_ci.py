"""The examples for other CI systems: their shell scripts and the commands that they run."""

import re
import shlex
import subprocess
import sys
from typing import Any

import pytest

from delivery import deploy
from tests.workflows.files import PROJECT, read

EXAMPLES = PROJECT / "examples" / "ci"


def gitlab_scripts() -> list[str]:
    jobs: list[Any] = [job for job in read(EXAMPLES / ".gitlab-ci.yml").values() if isinstance(job, dict)]
    return ["\n".join(job.get(part, [])) for job in jobs for part in ("before_script", "script")]


def jenkins_scripts() -> list[str]:
    return re.findall(r"sh '''\n(.*?)'''", (EXAMPLES / "Jenkinsfile").read_text(), re.DOTALL)


SCRIPTS = [script for script in (*gitlab_scripts(), *jenkins_scripts()) if script]


@pytest.mark.parametrize("script", SCRIPTS)
def test_bash_and_sh_can_read_each_script(script: str) -> None:
    for shell in ("bash", "sh"):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_each_command_is_one_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = [shlex.split(line) for script in SCRIPTS for line in script.splitlines() if " -m delivery." in line]
    assert {command[2] for command in commands} == {"delivery.affected", "delivery.deploy"}
    deployments = [command[3:] for command in commands if command[2] == "delivery.deploy"]
    assert len(deployments) == 4
    ran: list[str] = []

    def run(command: list[str], *_: object) -> int:
        ran.append(command[2])
        return 0

    monkeypatch.setattr(deploy, "run", run)
    monkeypatch.setattr(deploy.Deployment, "_list_shipped", lambda *_: 0)
    monkeypatch.chdir(PROJECT)
    for options in deployments:
        monkeypatch.setattr(sys, "argv", ["deploy", *options])
        with pytest.raises(SystemExit) as ended:
            deploy.main()
        assert ended.value.code == 0
    assert "delivery.health" in ran


def test_the_page_shows_both_files() -> None:
    page = (PROJECT / "docs" / "other-ci.md").read_text()
    for name in (".gitlab-ci.yml", "Jenkinsfile"):
        assert f"\n{(EXAMPLES / name).read_text()}```\n" in page
