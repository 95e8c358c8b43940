"""A stack that commands look at and operate."""

import os
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from components.naming import owner
from delivery.clients import Client, aws_clients
from delivery.live import Function, ReleaseError, aws_errors
from delivery.stack import Stack
from operations import access
from operations.errors import OperationError
from operations.lambda_client import single_attempt
from operations.modules import Deployed

if TYPE_CHECKING:
    from operations.console import Pages


@dataclass(frozen=True)
class Recorded:
    """What a stack's state records about what `live` of a module serves."""

    content: Mapping[str, Any]
    """The content of its image: files with their hashes, args, target, platform, perhaps context."""
    revisions: Mapping[str, str]
    """The revisions of the module's secrets, by variable."""
    references: Mapping[str, str]
    """The values that the references in the module's settings had."""


@dataclass(frozen=True)
class Target:
    """A stack in AWS, which is read and changed with the caller's own credentials, without the stack's state."""

    stack: Stack
    checkout: Path
    """The folder that has the stack's file."""
    invoking: Client
    """Returns a client that makes each call once, and waits until Lambda ends it."""

    has_state: ClassVar[bool] = False
    """Whether `records` and the versions of `modules` are known."""
    log_age: ClassVar[timedelta | None] = timedelta(hours=1)
    """How old the log lines are at most that are shown if the caller doesn't say it. None for all."""

    @classmethod
    def of(cls, stack: str, checkout: Path, environ: Mapping[str, str] = os.environ) -> "Target":
        """Read the stack's file in a checkout. Raises OperationError if there is none."""
        try:
            with chdir(checkout):
                found = Stack.of(stack, environ)
        except ReleaseError as wrong:
            raise OperationError(str(wrong), "name one of these, or `pulumi stack init` makes one") from wrong
        return cls(found, checkout, aws_clients(lambda: found.region, environ, single_attempt()))

    @property
    def ship(self) -> str:
        """What deploys the checkout."""
        return f"the pipeline or `pulumi up --stack {self.stack.name}`"

    @property
    def refresh(self) -> str:
        """The command that makes the next update notice what others have changed."""
        return f"pulumi refresh --yes --stack {self.stack.name}"

    def command(self, verb: str, module: str) -> str:
        """Return a command about a module of this stack."""
        return f"make {verb} MODULE={module} STACK={self.stack.name}"

    def remedy(self, error: BaseException | None) -> str:
        """Return what to do about an error of an AWS client."""
        return access.remedy(error, self.stack.name)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raise OperationError, with what to do, instead of a ReleaseError."""
        try:
            yield
        except ReleaseError as error:
            raise OperationError(str(error), self.remedy(error.__cause__)) from error

    @contextmanager
    def releasing(self) -> Iterator[Stack]:
        """Give access to the stack, in the folder that has its file. Not for threads, which share the current folder.

        Raises OperationError instead of a ReleaseError.
        """
        with self.errors(), chdir(self.checkout):
            yield self.stack

    def chosen(self, module: str | None) -> list[Function]:
        """Return the function of a module, or without one, those of all modules. Raises OperationError."""
        with self.errors():
            found = self.stack.chosen(module)
        if not found:
            raise self.without_functions()
        return found

    def function(self, module: str) -> Function:
        """Return the function of a module. Raises OperationError if it isn't deployed to this stack."""
        (found,) = self.chosen(module)
        return found

    def modules(self) -> dict[str, Deployed]:
        """Return what is deployed, by module. Raises OperationError if nothing is."""
        return {function.module: Deployed.of(function) for function in self.chosen(None)}

    def module(self, name: str) -> Deployed:
        """Return what is deployed of a module. Raises OperationError if it isn't deployed to this stack."""
        return Deployed.of(self.function(name))

    def records(self) -> Mapping[str, Recorded]:
        """Return what the stack's state records, by module."""
        return {}

    def pages(self, module: Deployed) -> "Pages":
        """Return the addresses of what can be opened in a browser."""
        from operations.console import Pages

        return Pages.of(self, module)

    def address(self, url: str) -> str:
        """Return the address at which this machine reaches a function URL."""
        return url

    def scope(self) -> tuple[str, str, str]:
        """Return partition, Region and account. Raises OperationError if AWS can't be asked."""
        with self.errors(), aws_errors("asking for the account"):
            partition, account = self.stack.client("sts").get_caller_identity()["Arn"].split(":")[1:5:3]
            return partition, self.stack.client("lambda").meta.region_name, account

    def without_functions(self) -> OperationError:
        """Return the error of a stack that has no functions."""
        whose = owner(self.stack.project, self.stack.name)
        _, region, account = self.scope()
        what = f"no function has the tag of {whose} in the account {account} in {region}"
        return OperationError(what, f"if this is the right account (AWS_PROFILE) and Region, run {self.ship}")
