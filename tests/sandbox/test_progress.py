import io
import re

import pytest

from sandbox.progress import Progress, console_on


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def text(written: io.StringIO) -> str:
    """What was written, with the seconds of a machine that takes none."""
    return re.sub(r"\d+\.\d s\b", "0.0 s", written.getvalue())


def progress(
    terminal: bool, environ: dict[str, str] | None = None, width: int = 80, quiet: bool = False
) -> tuple[Progress, io.StringIO]:
    written = Terminal() if terminal else io.StringIO()
    settings = {"TERM": "xterm", "COLUMNS": str(width), **(environ or {})}
    return Progress(console_on(written, settings), settings, quiet=quiet), written


def work(progress: Progress) -> None:
    with progress.step("Pulumi engine") as step:
        step.note("downloading")
        step.outcome = "3.259.0"


def test_a_log_has_a_line_for_each_note_and_one_for_the_outcome_and_no_control_characters() -> None:
    shown, written = progress(terminal=False)
    work(shown)
    assert text(written) == "...    Pulumi engine: downloading\nok     Pulumi engine  3.259.0  0.0 s\n"


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
    assert re.findall(r"\x1b\[[0-9;]*m", written.getvalue()) == []


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
    assert text(written) == f"{mark} pulumi up  0.0 s\n"


def test_work_that_shows_itself_has_no_spinner_in_its_way() -> None:
    shown, written = progress(terminal=True)
    with shown.step("pulumi up", shows_itself=True):
        assert written.getvalue() == ""


def check(progress: Progress, note: str = "") -> None:
    with progress.step("Docker", check=True) as step:
        if note:
            step.note(note)


def test_a_quiet_check_that_had_nothing_to_do_leaves_no_line() -> None:
    shown, written = progress(terminal=False, quiet=True)
    check(shown)
    assert written.getvalue() == ""
    check(shown, note="starting dockerd")
    assert text(written) == "...    Docker: starting dockerd\nok     Docker  0.0 s\n"


def test_quiet_or_not_all_other_work_leaves_its_line_and_a_check_its_failure() -> None:
    shown, written = progress(terminal=False, quiet=True)
    with shown.step("pulumi refresh"):
        pass
    with pytest.raises(ValueError), shown.step("Docker", check=True):
        raise ValueError
    assert text(written) == "ok     pulumi refresh  0.0 s\nfailed Docker  0.0 s\n"
