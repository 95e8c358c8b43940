"""The error that the components raise for what a user can correct."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pulumi

from components.printable import printable_lines


class ComponentError(pulumi.RunError):
    """Something that the user can act on: the message says what is wrong, with which value, and what to do.

    A `pulumi.RunError` ends the program with its message and without a traceback. Whoever puts text from outside into
    a line of the message makes that text printable first.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable_lines(message))


class Problems:
    """Collects errors, so that one run reports all of them."""

    def __init__(self) -> None:
        self._found: list[ComponentError] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Collect a ComponentError raised inside, and continue after the block."""
        try:
            yield
        except ComponentError as problem:
            self._found.append(problem)

    def add(self, messages: Iterable[str]) -> None:
        self._found += map(ComponentError, messages)

    def raise_any(self) -> None:
        """Raise a ComponentError with a line for each error, if there are any."""
        if self._found:
            raise ComponentError("\n".join(map(str, self._found)))
