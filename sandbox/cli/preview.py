"""`preview`: what `up` would change, and because of which files."""

import typer

from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import opened


def preview() -> None:
    """Show what `up` would do, with the files that make it so."""
    with opened(Layout.of(), Progress()) as session:
        code = session.attend(["pulumi", "preview", "--diff"])
    raise typer.Exit(code)
