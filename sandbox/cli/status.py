"""`status`: what each module serves."""

from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from sandbox import stack
from sandbox.layout import Layout
from sandbox.session import attached


def status() -> None:
    """Show each module's version, digest, tag, and how old the version is."""
    from sandbox.functions import Functions

    layout = Layout.of()
    environ = attached(layout)
    functions = Functions(environ)
    table = Table("module", "version", "digest", "tag", "published", box=None, pad_edge=False)
    for module, deployed in stack.outputs(layout, environ).items():
        version, published = functions.published(deployed["functionName"])
        age = datetime.now(UTC) - datetime.fromisoformat(published)
        table.add_row(module, version, deployed["digest"][:19], deployed["tag"], f"{spoken(age)} ago")
    Console(highlight=False).print(table)


def spoken(age: timedelta) -> str:
    """In the largest unit that fits: `3 days`, `2 hours`, `5 minutes`, `12 seconds`."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"
