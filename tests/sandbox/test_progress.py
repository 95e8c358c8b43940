import io

import pytest
from rich.console import Console

from sandbox.progress import Progress

CONTROL = "\x1b"


def progress(terminal: bool, environ: dict[str, str] | None = None, width: int = 80) -> tuple[Progress, io.StringIO]:
    written = io.StringIO()
    settings = {"TERM": "xterm", **(environ or {})}
    console = Console(
        file=written, force_terminal=terminal, width=width, highlight=False, soft_wrap=True, _environ=settings
    )
    return Progress(console, settings), written


def work(progress: Progress) -> None:
    with progress.step("Pulumi engine") as step:
        step.note("downloading")
        step.outcome = "3.259.0"


def test_a_log_has_a_line_for_each_note_and_one_for_the_outcome_and_no_control_characters() -> None:
    shown, written = progress(terminal=False)
    work(shown)
    assert written.getvalue() == "...    Pulumi engine: downloading\nok     Pulumi engine  3.259.0  0.0 s\n"


def test_a_terminal_shows_the_note_beside_the_name_and_leaves_the_outcome_alone() -> None:
    shown, written = progress(terminal=True)
    work(shown)
    left = written.getvalue().rpartition("\x1b[2K")[2]
    assert "Pulumi engine" in left
    assert "3.259.0" in left
    assert "downloading" not in left


@pytest.mark.parametrize("environ", [{"CI": "true"}, {"TERM": "dumb"}, {"TERM": "unknown"}])
def test_where_lines_can_not_or_should_not_be_redrawn_they_are_plain(environ: dict[str, str]) -> None:
    shown, written = progress(terminal=True, environ=environ)
    work(shown)
    assert not shown.live
    assert "\x1b[2K" not in written.getvalue()
    assert "...    Pulumi engine: downloading\n" in written.getvalue()


def test_without_colours_a_terminal_still_shows_what_is_going_on() -> None:
    shown, written = progress(terminal=True, environ={"NO_COLOR": "1"})
    work(shown)
    assert shown.live
    assert not any(f"{CONTROL}[{colour}" in written.getvalue() for colour in range(30, 48))


def test_a_running_step_takes_one_line_of_a_narrow_terminal() -> None:
    shown, _ = progress(terminal=True, width=40)
    with shown.step("Base image") as step:
        step.note("fetching " + "packages " * 20)
        lines = shown.console.render_lines(step)
    assert len(lines) == 1


@pytest.mark.parametrize(("ended_by", "mark"), [(ValueError, "failed"), (KeyboardInterrupt, "stopped")])
def test_a_step_that_does_not_end_well_says_how(ended_by: type[BaseException], mark: str) -> None:
    shown, written = progress(terminal=False)
    with pytest.raises(ended_by), shown.step("pulumi up"):
        raise ended_by
    assert written.getvalue() == f"{mark} pulumi up  0.0 s\n"


def test_work_that_shows_itself_has_no_spinner_in_its_way() -> None:
    shown, written = progress(terminal=True)
    with shown.step("pulumi up", shows_itself=True):
        assert written.getvalue() == ""
