"""The one kind of error that the components raise on purpose."""


class ComponentError(Exception):
    """A mistake in the program's inputs: the message says what is wrong, with which value, and what to do."""
