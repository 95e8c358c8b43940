"""The one kind of error that the components raise on purpose."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pulumi

from components.printable import printable_lines


class ComponentError(pulumi.RunError):
    """Something that the user can act on: the message says what is wrong, with which value, and what to do.

    As a `pulumi.RunError` it ends the program with its message alone, without a traceback. Where text of others is a
    part of one of its lines, that is made printable by who puts it there.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable_lines(message))


class Problems:
    """What was found wrong so far, so that a user hears of all of it in one run."""

    def __init__(self) -> None:
        self._found: list[ComponentError] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Go on after a ComponentError inside."""
        try:
            yield
        except ComponentError as problem:
            self._found.append(problem)

    def add(self, messages: Iterable[str]) -> None:
        self._found += map(ComponentError, messages)

    def raise_any(self) -> None:
        """Raises ComponentError with a line for each."""
        if self._found:
            raise ComponentError("\n".join(map(str, self._found)))
