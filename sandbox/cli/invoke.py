"""`invoke`: one event to one module, its answer as JSON."""

import difflib
import json
from pathlib import Path
from typing import Annotated

import typer

from sandbox import stack
from sandbox.cli.modules import ModuleName
from sandbox.errors import SandboxError
from sandbox.events import event_in
from sandbox.layout import Layout
from sandbox.session import attached


def invoke(
    module: ModuleName,
    event: Annotated[Path | None, typer.Option(help="A JSON file; the module's smoke event if not given.")] = None,
) -> None:
    """Invoke a module's alias `live` and print the answer."""
    from sandbox.functions import Functions

    layout = Layout.of()
    environ = attached(layout)
    deployed = deployed_module(stack.outputs(layout), module)
    sent = event_in(event) if event else _smoke_event(layout, module)
    answer = Functions(environ).invoke(deployed["functionName"], sent)
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))


def _smoke_event(layout: Layout, module: str) -> bytes:
    from sandbox.working_tree import smoke_event  # what it loads takes longer than an event of the user's needs

    event = smoke_event(layout, module)
    if event is None:
        what = f"the checkout has no smoke event for the module `{module}`"
        raise SandboxError(what, f"send one of your own: make invoke MODULE={module} EVENT=file.json")
    return event


def deployed_module(outputs: dict[str, dict[str, str]], module: str) -> dict[str, str]:
    """What the stack says of a module; raises SandboxError, naming the nearest and all there are."""
    if module not in outputs:
        nearest = [f"did you mean `{name}`? " for name in difflib.get_close_matches(module, outputs, n=1)]
        known = ", ".join(sorted(outputs)) or "none"
        remedy = f"{''.join(nearest)}deployed are: {known}; `make up` deploys new ones"
        raise SandboxError(f"no module `{module}` is deployed", remedy)
    return outputs[module]
