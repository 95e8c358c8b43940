"""`invoke`: sends one event to one module and prints the answer as JSON."""

import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from components.printable import printable_lines
from operations.errors import OperationError
from operations.modules import check_served
from sandbox.cli.module_argument import ModuleName
from sandbox.cli.results import format_json
from sandbox.cli.target import StackName, target_of
from sandbox.engine import stack_settings
from sandbox.engine.stack import PROJECT, STACK
from sandbox.layout import Layout

if TYPE_CHECKING:  # these modules load slowly
    from operations import samples
    from operations.working_tree import WorkingTree

SAMPLE = "--sample"
EventOption = Annotated[
    str | None, typer.Option(help="A JSON file, JSON text, or - for standard input; the smoke event if not given.")
]


class InvokeCommand(TyperCommand):
    """Lets `--sample` be the last argument, or precede another option, without a value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        pairs = pairwise([*args, "--"])
        return super().parse_args(
            ctx, [f"{word}=" if word == SAMPLE and following.startswith("-") else word for word, following in pairs]
        )


def invoke(
    module: ModuleName,
    event: EventOption = None,
    sample: Annotated[
        str | None,
        typer.Option(
            SAMPLE,
            metavar="[TRIGGER]",
            help="A sample event of a trigger: url, route, schedule, event, queue, stream, bucket, topic; queue:NAME "
            "if there are several; without a value, of the only one.",
        ),
    ] = None,
    print_only: Annotated[bool, typer.Option("--print", help="Print the event instead of sending it.")] = False,
    stack: StackName = None,
) -> None:
    """Invoke a module's alias `live` and print the answer."""
    if event is not None and sample is not None:
        raise typer.BadParameter("choose either an event or a sample of one", param_hint=f"'--event' / '{SAMPLE}'")
    if print_only:
        stack_settings.ensure(Layout.of())
        typer.echo(printable_lines(event_for(stack, module, event, sample).decode()))
        return
    from operations.functions import Functions

    target = target_of(stack)
    functions, found = Functions(target), target.module(module)
    check_served(found, functions.live_version(found.function), target)
    answer = functions.invoke(found.function, event_for(stack, module, event, sample))
    typer.echo(format_json(answer))


def event_for(stack: str | None, module: str, event: str | None, sample: str | None = None) -> bytes:
    """Return what the options choose: an event, a sample of one, or the module's smoke event. Raises OperationError."""
    from components.errors import ComponentError  # imported here because these load slowly
    from operations.event_argument import event_of
    from operations.working_tree import WorkingTree

    tree = WorkingTree(Layout.of().project, PROJECT, stack or STACK)
    try:
        if sample is not None:
            return _sample(tree, module, sample)
        return _smoke_event(tree, module) if event is None else event_of(event, sys.stdin.buffer)
    except ComponentError as wrong:
        raise OperationError(str(wrong)) from wrong


def _sample(tree: "WorkingTree", module: str, choice: str) -> bytes:
    """Return an event with the names and ARNs that the module's triggers have, or will have, in the stack."""
    from components.modules import check_known
    from components.naming import physical_name
    from components.settings.wiring import sampled
    from operations.samples import sample

    loaded = tree.settings()
    check_known([module], loaded.modules)
    function = physical_name(loaded.stack.name_prefix, module)
    target = _in_sandbox(module, function) if tree.stack == STACK else _in_aws(tree.stack, module, function)
    return format_json(sample(choice, sampled(loaded.modules[module]).triggers, target)).encode()


def _in_sandbox(module: str, function: str) -> "samples.Target":
    from components.arn import AwsScope
    from operations.samples import Target
    from sandbox.emulator.process import ACCOUNT, REGION
    from sandbox.engine import stack

    layout = Layout.of()
    url = stack.outputs(layout).get(module, {}).get("functionUrl") if stack.exists(layout) else None
    return Target(module=module, function=function, scope=AwsScope("aws", REGION, ACCOUNT), url=url)


def _in_aws(stack: str, module: str, function: str) -> "samples.Target":
    from components.arn import AwsScope
    from operations.functions import Functions
    from operations.samples import Target

    target = target_of(stack)
    scope = AwsScope(*target.scope())
    return Target(module=module, function=function, scope=scope, url=Functions(target).url(function))


def _smoke_event(tree: "WorkingTree", module: str) -> bytes:
    event = tree.smoke_event(module)
    if event is None:
        what = f"the checkout has no smoke event for the module `{module}`"
        of_stack = "" if tree.stack == STACK else f" STACK={tree.stack}"
        raise OperationError(what, f"send one of your own: make invoke MODULE={module}{of_stack} EVENT=file.json")
    return event
