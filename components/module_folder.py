"""Which entries of the folder `modules/` may be modules. Imports nothing, so that the shell's completion is quick."""

HIDDEN_PREFIXES = (".", "_")


def is_hidden(name: str) -> bool:
    """Return whether the program ignores this entry of `modules/`, such as `_templates`."""
    return name.startswith(HIDDEN_PREFIXES)
