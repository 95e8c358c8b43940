import errno
import os

import pytest

from sandbox.cli import app
from sandbox.errors import SandboxError, machine_error


@pytest.mark.parametrize(
    ("number", "file", "text"),
    [
        (errno.ENOSPC, None, "the disk: No space left on device\n  -> make room there"),
        (errno.EROFS, "/a/file", "/a/file: Read-only file system\n  -> make it writable, or let SANDBOX_HOME name"),
        (errno.EACCES, "/a/file", "/a/file: Permission denied\n  -> give yourself access to it; for what"),
    ],
)
def test_a_fault_of_the_machine_comes_with_the_place_and_what_to_do(number: int, file: str | None, text: str) -> None:
    known = machine_error(OSError(number, os.strerror(number), file), "the disk")
    assert str(known).startswith(text)


def test_any_other_fault_is_a_bug_and_stays_one() -> None:
    assert machine_error(FileNotFoundError(errno.ENOENT, "No such file or directory", "/a/file"), "the disk") is None


def test_a_full_disk_ends_a_command_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(**options: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("SANDBOX_HOME", "/a/home")
    monkeypatch.setattr(app, "app", full)
    assert app.run() == 1
    assert capsys.readouterr().err == (
        "error: /a/home: No space left on device\n  -> make room there, then run the command again\n"
    )


def test_several_errors_are_reported_as_one_with_each_remedy_once() -> None:
    errors = [SandboxError("a is gone", "run make up"), SandboxError("b is gone", "run make up\nor wait")]
    assert str(SandboxError.of(errors)) == "a is gone\nb is gone\n  -> run make up\nor wait"
