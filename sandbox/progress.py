"""What a user sees of long work: in a terminal, the running step with its seconds; in a log, plain lines."""

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
        """What came of it; shown when it is done."""

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    @property
    def has_notes(self) -> bool:
        return bool(self._note)

    def note(self, text: str) -> None:
        """What it is doing right now: shown live beside its name in a terminal, as a line of its own in a log."""
        self._note = text
        if not self._progress.live:
            self._progress.console.print(f"...    {escape(printable(self.name))}: {escape(printable(text))}")

    def __rich__(self) -> Text:
        """One line, however narrow the terminal: what wraps can't be taken back."""
        shown = Text(no_wrap=True, overflow="ellipsis")
        shown.append(f"{printable(self.name)}  ")
        shown.append(f"{self.seconds:.0f} s  {printable(self._note)}", style="dim")
        return shown


class Progress:
    """Live lines for a terminal, plain ones for a log, a dumb terminal, or wherever CI is set."""

    def __init__(
        self, console: Console | None = None, environ: Mapping[str, str] = os.environ, *, quiet: bool = False
    ) -> None:
        """With `quiet`, checks that had nothing to do leave no line."""
        self.console = console or console_on(sys.stdout, environ)
        self.quiet = quiet
        self.live = self.console.is_terminal and not self.console.is_dumb_terminal and "CI" not in environ

    @contextmanager
    def step(self, name: str, *, shows_itself: bool = False, check: bool = False) -> Iterator[Step]:
        """Time the work inside and print one line when it is done: name, outcome, seconds.

        Work that `shows_itself`, as `pulumi` does, gets no spinner in its way. A `check` that something is there has
        only something to do if it notes what it does.
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
    """Shows what can't be seen of the texts that it is given."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable_lines(text), **options)


def console_on(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Console:
    """Lines are left to the terminal to wrap, so that they can be copied whole."""
    system: Literal["auto"] | None = None if without_styles(environ) else "auto"
    return _PrintableConsole(file=stream, highlight=False, soft_wrap=True, color_system=system, _environ=environ)


def without_styles(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether NO_COLOR is set. Rich takes that for colours alone, and leaves bold and dim."""
    return bool(environ.get("NO_COLOR"))
