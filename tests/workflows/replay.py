"""Replays a workflow with act: without Docker or GitHub, each action and tool a stand-in that notes its calls."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.actions import STAND_IN, make_stand_ins
from tests.workflows.files import GITHUB, PROJECT, steps

REPOSITORY = "octo/lambda-images"
CHECKOUT = (
    *(".github", ".pulumi.version", "Makefile", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "Pulumi.yaml"),
    *("bootstrap", "components", "delivery", "modules", "tests/modules"),
)
TOOLS = ("curl", "docker", "gh", "make", "python")
VARIABLES = {
    "AWS_REGION": "eu-central-1",
    "DEPLOY_ROLE_ARN": "deploy-role",
    "DEV_BUILD_ROLE_ARN": "dev-build-role",
    "DEV_PREVIEW_ROLE_ARN": "dev-preview-role",
    "PROD_PREVIEW_ROLE_ARN": "prod-preview-role",
    "STAGING_PREVIEW_ROLE_ARN": "staging-preview-role",
    "PULUMI_BACKEND_URL": "s3://state",
}


@dataclass(frozen=True)
class Replayed:
    code: int
    transcript: str
    calls: list[dict[str, str]]
    """job, call (the name with inputs or arguments) and role (that had given credentials before), in their order. Those
    that write comments or issues also have the text as body, those with an IMAGES_FILE its content as images, and those
    with EXCLUDED_MODULES these as excluded."""

    def of(self, job: str) -> list[str]:
        return [call["call"] for call in self.calls if call["job"] == job]

    @property
    def comments(self) -> list[tuple[str, str]]:
        """The method and the text of each call that wrote a comment or an issue."""
        return [(call["call"].split()[3], call["body"]) for call in self.calls if "body" in call]

    @property
    def with_credentials(self) -> list[dict[str, str]]:
        return [call for call in self.calls if call["role"] or "role-to-assume" in call["call"]]

    def result(self, job: str) -> str:
        """`succeeded` or `failed`, by the job's name as act shows it; empty if the job did not run."""
        for line in self.transcript.splitlines():
            name, _, event = line.partition("]")
            if name.rstrip().endswith(f"/{job}") and "Job " in event:
                return event.rpartition(" ")[2]
        return ""


def built_act() -> Path:
    """Build act unless it was built before. Skips the test if there is no Go."""
    if shutil.which("go") is None:
        pytest.skip("act is built with Go, and there is no Go")
    built = subprocess.run([GITHUB / "tools" / "build", "act"], check=True, stdout=subprocess.PIPE, text=True)
    return Path(built.stdout.strip())


def archive_engine(archive: Path, pulumi: Path, checkout: Path) -> None:
    """Write what `curl` downloads, with a link to a file as the engine, and its checksum into a checkout."""
    with tarfile.open(archive, "w:gz") as opened:
        entry = tarfile.TarInfo("pulumi/pulumi")
        entry.type, entry.linkname = tarfile.SYMTYPE, str(pulumi)
        opened.addfile(entry)
    version = (checkout / ".pulumi.version").read_text().strip()
    machine = {"x86_64": "x64"}.get(platform.machine(), "arm64")
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    (checkout / ".pulumi.sha256").write_text(f"{checksum}  pulumi-v{version}-linux-{machine}.tar.gz\n")


class Replay:
    """A checkout whose last commit changed the module `thumbnail`."""

    def __init__(self, folder: Path, act: Path) -> None:
        self._folder = folder
        self._act = act
        self.checkout = folder / "checkout"
        self._engine = folder / "engine.tar.gz"
        self._make_checkout()
        self._actions = make_stand_ins(
            (step.content["uses"] for step in steps() if "@" in step.content.get("uses", "")), folder / "actions"
        )
        (folder / "bin").mkdir()
        for tool in TOOLS:
            (folder / "bin" / tool).symlink_to(STAND_IN)
        (folder / "config" / "act").mkdir(parents=True)
        (folder / "config" / "act" / "actrc").touch()  # without one act asks which images to use

    def run(
        self,
        event: str,
        payload: dict[str, Any],
        fail: str = "",
        workflow: str = "",
        ended: str = "",
        comment: str = "",
        issue: str = "",
        drift: str = "",
        pull: str = "",
        unused: str = "",
        jobs: str = "",
    ) -> Replayed:
        """`fail`: all words of a call that is to fail. `workflow`: the one of its name alone. `ended`: the modules of
        which a canary ends. `comment`: the id of the comment that the pull request has. `issue`: the number of the
        issue that is open. `drift`: what differs in the stack `dev`. `pull`: the pull request as GitHub's API returns
        it. `unused`: the JSON list of preview environments that no pull request has any more. `jobs`: REPLAY_JOBS, see
        stand_in.py.
        """
        calls = self._folder / "calls.jsonl"
        calls.unlink(missing_ok=True)
        shutil.rmtree(self._folder / "artifacts", ignore_errors=True)
        (self._folder / "event.json").write_text(json.dumps(payload))
        options = [f"--var={name}={value}" for name, value in VARIABLES.items()]
        options += [f"--workflows=.github/workflows/{workflow}.yml"] if workflow else []
        options += [f"--eventpath={self._folder / 'event.json'}", "--platform=ubuntu-24.04=-self-hosted"]
        options += ["--platform=ubuntu-24.04-arm=-self-hosted"]
        scenario = {"REPLAY_CALLS": str(calls), "REPLAY_FAIL": fail, "REPLAY_ENDED": ended, "REPLAY_COMMENT": comment}
        scenario |= {"REPLAY_ISSUE": issue, "REPLAY_DRIFT": drift}
        scenario |= {"REPLAY_PULL": pull, "REPLAY_UNUSED": unused, "REPLAY_CHECKOUT": str(self.checkout)}
        scenario |= {"REPLAY_JOBS": jobs}
        done = subprocess.run(
            [self._act, event, "--no-cache-server", *options, *self._actions],
            cwd=self.checkout,
            env=self._environment | scenario | {"REPLAY_PYTHON": sys.executable},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        noted = calls.read_text().splitlines() if calls.exists() else []
        return Replayed(done.returncode, done.stdout, [json.loads(line) for line in noted])

    def execute(self, script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a script of the checkout as a step would, because act can lose what a step prints that fails at once."""
        calls = {"REPLAY_CALLS": str(self._folder / "calls.jsonl"), "GITHUB_PATH": os.devnull}
        environ = self._environment | calls | {"GITHUB_JOB": "execute"} | variables
        return subprocess.run(["bash", script], cwd=self.checkout, env=environ, capture_output=True, text=True)

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self._folder / "home"),
            "REPLAY_ENGINE": str(self._engine),
            "PATH": os.pathsep.join([str(self._folder / "bin"), os.environ["PATH"]]),
            "XDG_CACHE_HOME": str(self._folder / "cache"),
            "XDG_CONFIG_HOME": str(self._folder / "config"),
        }

    def _make_checkout(self) -> None:
        self.checkout.mkdir()
        for name in CHECKOUT:
            source = PROJECT / name
            if source.is_dir():
                shutil.copytree(source, self.checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, self.checkout / name)
        archive_engine(self._engine, STAND_IN, self.checkout)
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("remote", "add", "origin", f"https://github.com/{REPOSITORY}")
        self.commit()
        self.commit_module()

    def commit(self) -> None:
        self._git("add", "--all")
        self._git("commit", "--quiet", "--message=change")

    def commit_module(self) -> None:
        """Change the module `thumbnail`."""
        with (self.checkout / "modules" / "thumbnail" / "handler.py").open("a") as handler:
            handler.write("# changed\n")
        self.commit()

    def revision(self, name: str) -> str:
        """The commit that a name stands for, such as `HEAD^1`."""
        command = ["git", "rev-parse", name]
        found = subprocess.run(command, cwd=self.checkout, check=True, stdout=subprocess.PIPE, text=True)
        return found.stdout.strip()

    def undo_commit(self) -> None:
        self._git("reset", "--quiet", "--hard", "HEAD^1")

    def undo_changes(self) -> None:
        """Those that no commit has."""
        self._git("reset", "--quiet", "--hard")

    def _git(self, *arguments: str) -> None:
        author = ("-c", "user.name=Octo", "-c", "user.email=octo@example.com")
        subprocess.run(["git", *author, *arguments], cwd=self.checkout, check=True)
