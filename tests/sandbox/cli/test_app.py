import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.layout import PROJECT

VERBS = ["up", "preview", "invoke", "logs", "status", "open", "prune", "new", "doctor", "down", "exec"]


def sandbox(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=PROJECT,
        env={**os.environ, "SANDBOX_HOME": str(home), **environ},
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )


def test_help_names_every_verb(tmp_path: Path) -> None:
    shown = sandbox(tmp_path, "--help").stdout
    assert [verb for verb in VERBS if f" {verb} " not in shown] == []


@pytest.mark.parametrize("verb", [["invoke", "thumbnail"], ["logs", "thumbnail"], ["status"]])
def test_what_needs_a_sandbox_that_is_up_says_how_to_get_one(tmp_path: Path, verb: list[str]) -> None:
    done = sandbox(tmp_path, *verb)
    assert done.returncode == 1
    assert done.stderr == "error: the sandbox is not up\n  -> run `make up`\n"


def test_a_profile_of_the_users_that_does_not_exist_disturbs_nothing(tmp_path: Path) -> None:
    done = sandbox(tmp_path, "status", AWS_PROFILE="no-such-profile", AWS_CONFIG_FILE="/no/such/file")
    assert "not up" in done.stderr


OPERATING = ("status", "logs", "invoke", "releases", "rollback", "release", "promote", "prune", "open")
OF_ONE_MODULE = ("logs", "invoke", "rollback", "release", "open")


@pytest.fixture
def aws_files(tmp_path: Path) -> dict[str, str]:
    """A user's own settings: a profile for which one logs in, and one without a Region and credentials."""
    config = tmp_path / "config"
    config.write_text("""\
[profile work]
region = us-east-1
sso_session = company
sso_account_id = 111122223333
sso_role_name = Operator
[sso-session company]
sso_region = us-east-1
sso_start_url = https://company.awsapps.com/start
[profile bare]
""")
    files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    return {**files, "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}


@pytest.mark.parametrize("verb", OPERATING)
def test_a_verb_about_another_stack_has_the_users_own_credentials_and_says_how_to_get_them(
    tmp_path: Path, aws_files: dict[str, str], verb: str
) -> None:
    module = ["thumbnail"] if verb in OF_ONE_MODULE else []
    done = sandbox(tmp_path, verb, "--stack", "dev", *module, AWS_PROFILE="work", **aws_files)
    error, remedy = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert error.startswith("error: ")
    assert "SSO" in error
    assert remedy == "  -> run `aws sso login --profile work`"


def test_credentials_that_are_not_there_are_asked_for_with_the_profiles_that_are(
    tmp_path: Path, aws_files: dict[str, str]
) -> None:
    done = sandbox(tmp_path, "status", "--stack", "dev", AWS_PROFILE="bare", **aws_files)
    assert done.stderr.splitlines() == [
        "error: listing the functions of dev: Unable to locate credentials",
        "  -> log in to the account of dev, and name the profile in AWS_PROFILE; your profiles are: work, bare",
    ]
    done = sandbox(tmp_path, "logs", "thumbnail", "--stack", "dev", AWS_PROFILE="wrok", **aws_files)
    assert done.stderr.splitlines() == [
        "error: reading lambda-images-dev-thumbnail: The config profile (wrok) could not be found",
        "  -> name another in AWS_PROFILE; your profiles are: work, bare",
    ]


def test_a_stack_that_has_no_file_is_answered_with_those_that_have_one(tmp_path: Path) -> None:
    done = sandbox(tmp_path, "status", "--stack", "pord")
    assert done.stderr.startswith(
        "error: there is no stack file Pulumi.pord.yaml; the stacks of this folder are: dev, "
    )


def test_doctor_has_a_line_for_each_need(tmp_path: Path) -> None:
    shown = sandbox(tmp_path, "doctor").stdout
    names = [line.split(":")[0].split(None, 1)[1] for line in shown.splitlines() if line.startswith(("ok", "missing"))]
    assert names == ["Python", "Docker", "Pulumi", "base images", "disk", "emulator"]


def test_doctor_tells_a_script_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    done = sandbox(tmp_path, "doctor", "--json", DOCKER_HOST=f"unix://{tmp_path}/nowhere.sock")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["Python"] == {"ok": True, "found": platform.python_version()}
    assert report["Docker"]["ok"] is False
    assert "nowhere.sock" in report["Docker"]["missing"]
    assert report["Docker"]["remedy"]


def test_doctor_ends_with_an_error_if_something_is_missing(tmp_path: Path) -> None:
    done = sandbox(tmp_path, "doctor", DOCKER_HOST=f"unix://{tmp_path}/nowhere.sock")
    assert done.returncode == 1
    assert f"missing  Docker: no Docker engine answers at unix://{tmp_path}/nowhere.sock" in done.stdout


@pytest.mark.parametrize(("words", "completed"), [("sandbox in", "invoke"), ("sandbox invoke th", "thumbnail")])
def test_verbs_and_modules_are_completed_in_a_shell(tmp_path: Path, words: str, completed: str) -> None:
    completion = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_SANDBOX_COMPLETE": "complete_bash"}
    assert sandbox(tmp_path, **completion).stdout == f"{completed}\n"


def test_the_command_works_from_any_folder_and_by_a_link(tmp_path: Path) -> None:
    link = tmp_path / "sandbox"
    link.symlink_to(PROJECT / "bin" / "sandbox")
    done = subprocess.run([link, "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: sandbox " in done.stdout


@pytest.mark.parametrize("age", ["5", "m", "5 minutes", "-5m"])
def test_an_age_that_is_none_is_refused_with_examples(tmp_path: Path, age: str) -> None:
    done = sandbox(tmp_path, "logs", "thumbnail", f"--since={age}")
    assert done.returncode == 2
    assert "5m, 2h or 1d" in " ".join(done.stderr.replace("│", "").split())  # the box round it wraps


def test_a_pipe_that_is_closed_early_is_no_error(tmp_path: Path) -> None:
    shown = f"{sys.executable} -m sandbox --help | head -n 1"
    done = subprocess.run(["bash", "-c", shown], cwd=PROJECT, capture_output=True, text=True)
    assert done.stderr == ""


def test_make_help_names_every_verb_that_make_has() -> None:
    shown = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert [verb for verb in [*VERBS[:-1], "test", "lint", "lock", "format"] if f"make {verb} " not in shown] == []
