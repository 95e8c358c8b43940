"""`up`: everything started, the stack updated, each deployed module asked once."""

import json
import time

from sandbox import base_image, recovery, stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.local_images import prune_local_tags
from sandbox.progress import Progress
from sandbox.session import Session, exclusive, opened

KEPT_TAGS = 5
"""Images of each module that stay in Docker's local store: their layers make the next build fast."""


def up() -> None:
    """Ship the modules that changed, ask each for an answer, print the stack's outputs."""
    started = time.monotonic()
    layout = Layout.of()
    progress = Progress()
    with exclusive(layout), opened(layout, progress) as session:
        base_image.ensure(session.docker, layout, progress)
        recovery.before_update(session.emulator, session.environ, progress)
        update = _update(session, progress)
        if not update.changed_nothing:
            prune_local_tags(session.docker, f"localhost:{session.emulator.port}/", KEPT_TAGS)
        _ask_all(session, progress, update.outputs)
    progress.console.print_json(json.dumps(update.outputs))
    what = "Nothing changed." if update.changed_nothing else "Done."
    progress.console.print(f"{what}  [dim]{time.monotonic() - started:.1f} s[/dim]")


def _update(session: Session, progress: Progress) -> stack.Update:
    started = time.monotonic()
    code, events = session.pulumi("up", "--yes", "--skip-preview", "--suppress-outputs")
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
