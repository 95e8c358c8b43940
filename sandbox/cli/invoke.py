"""`invoke`: sends one event to one module and prints the answer as JSON."""

import sys
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from components.printable import printable_lines
from sandbox.cli.module_argument import ModuleName
from sandbox.cli.results import format_json
from sandbox.deployed.modules import check_served, deployed, of_module
from sandbox.engine import stack_settings
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.session import client_environment

SAMPLE = "--sample"


class InvokeCommand(TyperCommand):
    """Lets `--sample` be the last argument, or precede another option, without a value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        pairs = pairwise([*args, "--"])
        return super().parse_args(
            ctx, [f"{word}=" if word == SAMPLE and following.startswith("-") else word for word, following in pairs]
        )


def invoke(
    module: ModuleName,
    event: Annotated[
        str | None, typer.Option(help="A JSON file, JSON text, or - for standard input; the smoke event if not given.")
    ] = None,
    sample: Annotated[
        str | None,
        typer.Option(
            SAMPLE,
            metavar="[TRIGGER]",
            help="A sample event of a trigger: url, schedule, event, queue, stream, bucket, topic; queue:NAME if there "
            "are several; without a value, of the only one.",
        ),
    ] = None,
    print_only: Annotated[bool, typer.Option("--print", help="Print the event instead of sending it.")] = False,
) -> None:
    """Invoke a module's alias `live` and print the answer."""
    layout = Layout.of()
    if event is not None and sample is not None:
        raise typer.BadParameter("choose either an event or a sample of one", param_hint=f"'--event' / '{SAMPLE}'")
    if print_only:
        stack_settings.ensure(layout)
        typer.echo(printable_lines(_event(layout, module, event, sample).decode()))
        return
    from sandbox.deployed.functions import Functions

    functions = Functions(client_environment(layout))
    found = of_module(deployed(layout), module)
    check_served(found, functions.live_version(found.function))
    answer = functions.invoke(found.function, _event(layout, module, event, sample))
    typer.echo(format_json(answer))


def _event(layout: Layout, module: str, event: str | None, sample: str | None) -> bytes:
    from components.errors import ComponentError  # imported here because it loads slowly
    from operations.event_argument import event_of

    try:
        if sample is not None:
            return _sample(layout, module, sample)
        return _smoke_event(layout, module) if event is None else event_of(event, sys.stdin.buffer)
    except ComponentError as wrong:
        raise SandboxError(str(wrong)) from wrong


def _sample(layout: Layout, module: str, choice: str) -> bytes:
    """Return an event with the names and ARNs that the module's triggers have, or will have, in the sandbox."""
    from components.arn import AwsScope
    from components.modules import check_known
    from components.naming import physical_name
    from components.settings.wiring import sampled
    from operations.samples import Target, sample
    from sandbox.deployed.working_tree import settings_of  # imported here because it loads slowly
    from sandbox.emulator.process import ACCOUNT, REGION
    from sandbox.engine import stack

    loaded = settings_of(layout)
    check_known([module], loaded.modules)
    target = Target(
        module=module,
        function=physical_name(loaded.stack.name_prefix, module),
        scope=AwsScope("aws", REGION, ACCOUNT),
        url=stack.outputs(layout).get(module, {}).get("functionUrl") if stack.exists(layout) else None,
    )
    return format_json(sample(choice, sampled(loaded.modules[module]).triggers, target)).encode()


def _smoke_event(layout: Layout, module: str) -> bytes:
    from sandbox.deployed.working_tree import smoke_event  # imported here because it loads slowly

    event = smoke_event(layout, module)
    if event is None:
        what = f"the checkout has no smoke event for the module `{module}`"
        raise SandboxError(what, f"send one of your own: make invoke MODULE={module} EVENT=file.json")
    return event
