"""What a user sees of long work: each step's name, what it is doing, how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Step:
    """A running step."""

    def __init__(self, progress: "Progress", name: str) -> None:
        self._progress = progress
        self._name = name
        self.outcome = ""
        """What came of it; shown when it is done."""

    def note(self, text: str) -> None:
        """What it is doing right now: shown live beside its name in a terminal, as a line of its own in a log."""
        self._progress.show(self._name, text)


class Progress:
    """Live lines for a terminal, plain ones for a log."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._status = self.console.status("") if self.console.is_terminal else None

    def show(self, name: str, text: str) -> None:
        if self._status is not None:
            self._status.update(f"{escape(name)} [dim]{escape(text)}[/dim]")
        else:
            self.console.print(f"...    {escape(name)}: {escape(text)}")

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time the work inside and print one line when it is done: name, outcome, seconds."""
        started = time.monotonic()
        step = Step(self, name)
        if self._status is not None:
            self._status.update(escape(name))
            self._status.start()
        mark = "[red]failed[/red]"
        try:
            yield step
            mark = "[green]ok[/green]    "
        finally:
            if self._status is not None:
                self._status.stop()
            seconds = time.monotonic() - started
            self.console.print(f"{mark} {escape(name)}  [dim]{escape(step.outcome)}  {seconds:.1f} s[/dim]")
