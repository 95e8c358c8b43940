"""This project: `pulumi up` as a pipeline runs it, and `make up` as a developer does."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import checkout
from benchmarks.contender import Contender
from benchmarks.contenders import MAKE_UP, PULUMI_UP
from components.served import ALIAS
from sandbox.layout import Layout
from sandbox.session import Session

MODULE = "bench"


def contenders(layout: Layout, session: Session) -> Iterator[Contender]:
    """Yield both commands. They ship the same module of the same stack. This process serves the first one's plugins."""
    by_pulumi = pulumi_up(layout, session, checkout.add_module(layout, MODULE))
    yield by_pulumi
    yield replace(
        by_pulumi,
        name=MAKE_UP,
        command=checkout.sandbox("up"),
        environ={**session.environ, **checkout.environment(layout)},
    )


def pulumi_up(layout: Layout, session: Session, module: Path) -> Contender:
    """Return the command that deploys all modules of the checkout. The answers are those of the given one."""
    return Contender(
        name=PULUMI_UP,
        module=module,
        command=["pulumi", "up", "--yes", "--skip-preview"],
        cwd=layout.project,
        environ=session.environ,
        log=layout.logs / "contenders.log",
        function=f"lambda-images-local-{module.name}",
        qualifier=ALIAS,
    )
