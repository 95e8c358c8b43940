"""What `make` promises beside what its commands do themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
KEY = "AQICAHg" + "x" * 170  # the length of a data key that KMS has encrypted
STACK_FILE = f"""\
secretsprovider: awskms://0b1c2d3e?region=eu-central-1&awssdk=v2
encryptedkey: {KEY}
config:
  aws:region: eu-central-1
  lambda-images:modules:
    signer:
      policies:
        managed:
          - arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess
  lambda-images:secrets:
    signer:
      SIGNING_KEY:
        secure: v1:{"n" * 16}:{"c" * 200}
"""


def yamllint(folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / ".gitignore").touch()  # which the rules name
    command = [f"{sys.prefix}/bin/yamllint", "--strict", "--config-file", f"{PROJECT}/.yamllint.yml", "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_lint_accepts_a_stack_file_with_an_encrypted_key_and_a_secret(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK_FILE)
    assert (yamllint(tmp_path).returncode, yamllint(tmp_path).stdout) == (0, "")


def test_lint_still_refuses_a_long_line_that_could_be_broken(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(f"config:\n  description: {'word ' * 30}end\n")
    assert "line too long" in yamllint(tmp_path).stdout


def test_lock_needs_nothing_that_the_requirements_would_have_to_be_installed_for() -> None:
    """After a changed pin the present lock can't be installed: that is what it is there for."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", "--dry-run", "--always-make", "lock", "ARGS=--upgrade"]
    planned = subprocess.run(command, cwd=PROJECT, env=environ, check=True, capture_output=True, text=True)
    assert planned.stdout.splitlines() == ["sandbox/setup lock --upgrade"]


def words(*arguments: str) -> list[str]:
    """What the sandbox's command line gets of `make`."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", "--old-file=.venv/.requirements", r"SANDBOX=printf '%s\0'", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environ, check=True, capture_output=True, text=True).stdout.split(
        "\0"
    )


@pytest.mark.parametrize(
    "given",
    [
        "x; touch {}",
        "$(shell touch {})",
        "$(touch {})",
        "$$(touch {})",
        "`touch {}`",
        "'; touch {} '",
        '"; touch {} "',
        "-h",
    ],
)
def test_what_a_user_gives_is_neither_makes_to_read_nor_a_shells(given: str, tmp_path: Path) -> None:
    given = given.format(tmp_path / "run")
    assert words("invoke", f"MODULE={given}", f"EVENT={given}") == ["invoke", f"--event={given}", "--", given, ""]
    assert words("logs", f"MODULE={given}", f"SINCE={given}") == ["logs", f"--since={given}", "--", given, ""]
    assert words("new", f"MODULE={given}", f"RUNS={given}") == ["new", "--", given, ""]
    assert not (tmp_path / "run").exists()


def test_what_a_user_does_not_give_is_left_out() -> None:
    assert words("invoke", "MODULE=a") == ["invoke", "--", "a", ""]
    assert words("prune") == ["prune", ""]
    assert words("prune", "MODULE=a", "DRY_RUN=1") == ["prune", "--dry-run", "--", "a", ""]
    assert words("watch") == ["watch", ""]
    assert words("watch", "MODULE=a b") == ["watch", "--", "a", "b", ""]
    assert words("debug", "MODULE=a", "DEBUG_PORT=5679") == ["debug", "--port=5679", "--", "a", ""]
    assert words("logs", "MODULE=a", "FOLLOW=1") == ["logs", "--follow", "--", "a", ""]


def test_a_stack_is_chosen_on_the_command_line_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words("status", "STACK=dev; x") == ["status", "--stack=dev; x", ""]
    assert words("open", "MODULE=a", "WHAT=logs", "PRINT=1", "STACK=dev") == [
        *("open", "--stack=dev", "--what=logs", "--print", "--", "a", ""),
    ]
    with pytest.raises(subprocess.CalledProcessError) as refused:
        words("down", "STACK=dev")
    assert "make down is about the sandbox alone, so leave STACK out" in refused.value.stderr
    monkeypatch.setenv("STACK", "prod")
    assert words("rollback", "MODULE=a") == ["rollback", "--", "a", ""]


def test_the_setup_of_github_gets_its_options() -> None:
    assert words("github", "PYTHON=printf '%s\\0'", "REVIEWERS=octo/deployers @you", "ALONE=1")[2:] == [
        *("--reviewers=octo/deployers @you", "--alone", ""),
    ]
    assert words("github", "PYTHON=printf '%s\\0'") == ["-m", "bootstrap.github", ""]
