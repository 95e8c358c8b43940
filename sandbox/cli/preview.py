"""`preview`: what `up` would change, and because of which files."""

import json

import typer

from delivery.changes import content_changes
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import opened


def preview() -> None:
    """Show what `up` would do, with the files that make it so."""
    progress = Progress()
    with opened(Layout.of(), progress) as session:
        events = session.layout.logs / "preview-events.jsonl"
        events.unlink(missing_ok=True)
        environ = {**session.environ, "PULUMI_DEBUG_COMMANDS": "true"}  # without it there is no --event-log
        code = session.attend(["pulumi", "preview", "--diff", "--event-log", events], environ)
    if code == 0:
        for module, differences in content_changes(map(json.loads, events.read_text().splitlines())).items():
            progress.console.print(f"[bold]{module}[/bold] is built again, because of")
            for line in differences:
                progress.console.print(f"  {line}", markup=False)
    raise typer.Exit(code)
