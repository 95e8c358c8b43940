"""`up`: everything started, the stack updated, each deployed module asked once."""

import json
import time
from pathlib import Path

from sandbox import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.progress import Progress
from sandbox.session import Session, opened


def up() -> None:
    """Ship the modules that changed, ask each for an answer, print the stack's outputs."""
    started = time.monotonic()
    layout = Layout.of()
    progress = Progress()
    with opened(layout, progress) as session:
        update = _update(session, progress)
        _ask_all(session, progress, update.outputs)
    progress.console.print_json(json.dumps(update.outputs))
    what = "Nothing changed." if update.changed_nothing else "Done."
    progress.console.print(f"{what}  [dim]{time.monotonic() - started:.1f} s[/dim]")


def _update(session: Session, progress: Progress) -> stack.Update:
    events = session.layout.logs / "up-events.jsonl"
    events.unlink(missing_ok=True)
    environ = {**session.environ, "PULUMI_DEBUG_COMMANDS": "true"}  # without it there is no --event-log
    command: list[str | Path] = ["pulumi", "up", "--yes", "--skip-preview", "--suppress-outputs", "--event-log", events]
    started = time.monotonic()
    code = session.attend(command, environ)
    if code != 0:
        remedy = f"mend what the lines above say and run `make up` again; what ran before still serves (log: {events})"
        raise SandboxError(f"`pulumi up` failed with exit code {code}", remedy)
    update = stack.update_of(events)
    summary = ", ".join(f"{count} {operation}" for operation, count in sorted(update.changes.items()))
    progress.console.print(f"[green]ok[/green]     pulumi up  [dim]{summary}  {time.monotonic() - started:.1f} s[/dim]")
    return update


def _ask_all(session: Session, progress: Progress, outputs: dict[str, dict[str, str]]) -> None:
    from sandbox.functions import Functions, event_in, shortened, smoke_file

    functions = Functions(session.environ)
    for module, deployed in outputs.items():
        event = smoke_file(session.layout, module)
        if event.exists():
            with progress.step(f"Invoke {module}") as step:
                answer = functions.invoke(deployed["functionName"], event_in(event))
                step.outcome = json.dumps(shortened(answer), ensure_ascii=False)
