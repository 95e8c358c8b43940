import multiprocessing
import os
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.exclusive import exclusive
from sandbox.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(project=tmp_path, home=tmp_path / "home", tools=tmp_path / "tools")


def test_two_commands_at_a_time_are_one_too_many_and_the_first_is_named(layout: Layout) -> None:
    with exclusive(layout), multiprocessing.get_context("spawn").Pool(1) as pool:
        refusal = pool.apply(_refusal, (layout,))
    assert f"another command is running in {layout.home}: process {os.getpid()} of " in refusal
    assert "since " in refusal
    assert "pytest" in refusal


def test_a_command_that_is_done_lets_the_next_one_in(layout: Layout) -> None:
    with exclusive(layout):
        pass
    with exclusive(layout):
        pass


def _refusal(layout: Layout) -> str:
    try:
        with exclusive(layout):
            return ""
    except SandboxError as refused:
        return str(refused)
