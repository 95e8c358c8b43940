"""Shows the progress of long work: in a terminal, the running step with its seconds; in a log, plain lines."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TextIO

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.text import Text

from components.printable import printable, printable_lines


class Step:
    """A running step."""

    def __init__(self, progress: "Progress", name: str) -> None:
        self._progress = progress
        self._started = time.monotonic()
        self._note = ""
        self.name = name
        self.outcome = ""
        """The result of the step, shown when it is done."""

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    @property
    def has_notes(self) -> bool:
        return bool(self._note)

    def note(self, text: str) -> None:
        """Show what the step is doing now: beside its name in a terminal, on a line of its own in a log."""
        self._note = text
        if not self._progress.live:
            self._progress.console.print(f"...    {escape(printable(self.name))}: {escape(printable(text))}")

    def __rich__(self) -> Text:
        """Render one line, however narrow the terminal is: a wrapped line can't be erased."""
        shown = Text(no_wrap=True, overflow="ellipsis")
        shown.append(f"{printable(self.name)}  ")
        shown.append(f"{self.seconds:.0f} s  {printable(self._note)}", style="dim")
        return shown


class Progress:
    """Prints live lines to a terminal, and plain lines to a log, to a dumb terminal, or if CI is set."""

    def __init__(
        self, console: Console | None = None, environ: Mapping[str, str] = os.environ, *, quiet: bool = False
    ) -> None:
        """With `quiet`, no line is printed for checks that had nothing to do."""
        self.console = console or console_on(sys.stdout, environ)
        self.quiet = quiet
        self.live = self.console.is_terminal and not self.console.is_dumb_terminal and "CI" not in environ

    @contextmanager
    def step(self, name: str, *, shows_itself: bool = False, check: bool = False) -> Iterator[Step]:
        """Measure the work inside and print one line when it is done: name, outcome, seconds.

        Set `shows_itself` if the work prints its own progress, as `pulumi` does. Then no spinner is shown. Set `check`
        if the work only checks for something. Such a step counts as having had work to do only if it called `note`.
        """
        step = Step(self, name)
        mark = "[red]failed[/red]"
        try:
            with self._shown(None if shows_itself else step):
                yield step
            mark = "" if self.quiet and check and not step.has_notes else "[green]ok[/green]    "
        except KeyboardInterrupt:
            mark = "[yellow]stopped[/yellow]"
            raise
        finally:
            outcome = f"  {escape(printable(step.outcome))}" if step.outcome else ""
            if mark:
                self.console.print(f"{mark} {escape(printable(name))}[dim]{outcome}  {step.seconds:.1f} s[/dim]")

    @contextmanager
    def _shown(self, step: Step | None) -> Iterator[None]:
        if step is None or not self.live:
            yield
            return
        with Live(Spinner("dots", step), console=self.console, refresh_per_second=8, transient=True):
            yield


class _PrintableConsole(Console):
    """Escapes characters that can't be printed."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable_lines(text), **options)


def console_on(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Console:
    """Return a console that leaves wrapping to the terminal, so that long lines can be copied."""
    system: Literal["auto"] | None = None if without_styles(environ) else "auto"
    return _PrintableConsole(file=stream, highlight=False, soft_wrap=True, color_system=system, _environ=environ)


def without_styles(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether NO_COLOR is set. Rich itself then only drops colours, and keeps bold and dim."""
    return bool(environ.get("NO_COLOR"))
