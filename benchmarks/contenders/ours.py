"""This project: `pulumi up` as a pipeline runs it, and `make up` as a developer does."""

from collections.abc import Iterator

from benchmarks import checkout
from benchmarks.contender import Contender
from benchmarks.contenders import MAKE_UP, PULUMI_UP
from sandbox.deployed.functions import ALIAS
from sandbox.layout import Layout
from sandbox.session import Session

MODULE = "bench"


def contenders(layout: Layout, session: Session) -> Iterator[Contender]:
    """Yield both commands. They ship the same module of the same stack. This process serves the first one's plugins."""
    module = checkout.add_module(layout, MODULE)
    commands = {
        PULUMI_UP: (["pulumi", "up", "--yes", "--skip-preview"], session.environ),
        MAKE_UP: (checkout.sandbox(layout, "up"), {**session.environ, **checkout.environment(layout)}),
    }
    for name, (command, environ) in commands.items():
        yield Contender(
            name=name,
            module=module,
            command=command,
            cwd=layout.project,
            environ=environ,
            log=layout.logs / "contenders.log",
            function=f"lambda-images-local-{MODULE}",
            qualifier=ALIAS,
        )
