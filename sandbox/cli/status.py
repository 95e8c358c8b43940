"""`status`: what each module serves."""

from datetime import UTC, datetime, timedelta

import typer

from sandbox import stack
from sandbox.layout import Layout
from sandbox.session import attached


def status() -> None:
    """Show each module's version, digest, tag, and how old the version is."""
    from sandbox.functions import Functions

    layout = Layout.of()
    environ = attached(layout)
    functions = Functions(environ)
    rows = [("module", "version", "digest", "tag", "published")]
    for module, deployed in stack.outputs(layout, environ).items():
        version, published = functions.published(deployed["functionName"])
        age = spoken(datetime.now(UTC) - datetime.fromisoformat(published))
        rows.append((module, version, deployed["digest"], deployed["tag"], f"{age} ago"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def spoken(age: timedelta) -> str:
    """In the largest unit that fits: `3 days`, `2 hours`, `5 minutes`, `12 seconds`."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"
