"""`invoke`: one event to one module, its answer as JSON."""

import json
from pathlib import Path
from typing import Annotated

import typer

from sandbox import stack
from sandbox.cli.modules import ModuleName
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.session import attached


def invoke(
    module: ModuleName,
    event: Annotated[Path | None, typer.Option(help="A JSON file; else the module's events/smoke.json.")] = None,
) -> None:
    """Invoke a module's alias `live` and print the answer."""
    from sandbox.functions import Functions, event_in, smoke_file

    layout = Layout.of()
    environ = attached(layout)
    deployed = deployed_module(stack.outputs(layout), module)
    answer = Functions(environ).invoke(deployed["functionName"], event_in(event or smoke_file(layout, module)))
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))


def deployed_module(outputs: dict[str, dict[str, str]], module: str) -> dict[str, str]:
    """What the stack says of a module; raises SandboxError, naming the ones there are."""
    if module not in outputs:
        known = ", ".join(sorted(outputs)) or "none"
        raise SandboxError(f"no module `{module}` is deployed", f"deployed are: {known}; `make up` deploys new ones")
    return outputs[module]
