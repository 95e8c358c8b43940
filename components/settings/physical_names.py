"""The physical names of what is created for a module, by its settings."""

from collections.abc import Iterator

from components.naming import dead_letter_name, log_group_name, queue_name, secret_name
from components.settings.module import ModuleSettings


def physical_names_of(function: str, settings: ModuleSettings) -> Iterator[tuple[str, str]]:
    """Kind and name of each resource; see `components.naming.MAX_NAME_CHARACTERS`.

    `function` is the function's name.
    """
    yield from ((kind, function) for kind in ("function", "role", "repository"))
    yield "log group", log_group_name(function)
    yield from (("secret", secret_name(function, name)) for name, one in settings.secrets.items() if not one.existing)
    yield from settings.triggers.physical_names(function)


def dead_letter_queues(function: str, settings: ModuleSettings) -> list[str]:
    """Names of the dead letter queues."""
    queues = settings.triggers.queues.items()
    return [dead_letter_name(queue_name(function, name, queue.fifo)) for name, queue in queues if not queue.existing]
