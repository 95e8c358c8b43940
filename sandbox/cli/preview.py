"""`preview`: what `up` would change, and because of which files."""

import json

import typer

from delivery.changes import content_changes
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import exclusive, opened


def preview() -> None:
    """Show what `up` would do, with the files that make it so."""
    layout = Layout.of()
    progress = Progress()
    with exclusive(layout), opened(layout, progress) as session:
        code, events = session.pulumi("preview", "--diff")
    if code == 0:
        for module, differences in content_changes(map(json.loads, events.read_text().splitlines())).items():
            progress.console.print(f"[bold]{module}[/bold] is built again, because of")
            for line in differences:
                progress.console.print(f"  {line}", markup=False)
    raise typer.Exit(code)
