"""The sandbox's stack, as commands look at it and operate it."""

from collections.abc import Iterable, Mapping
from contextlib import chdir
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from components.served import MODULE_TYPE
from delivery.changes import served_records
from delivery.clients import aws_clients
from delivery.live import ReleaseError
from delivery.stack import Stack
from delivery.unfinished import logical_name
from operations.errors import OperationError
from operations.modules import Deployed, of_module
from operations.target import Recorded, Target
from sandbox.deployed.lambda_client import LOCAL, single_attempt
from sandbox.deployed.modules import deployed
from sandbox.emulator.gate import FUNCTION_URLS, HTTP_APIS
from sandbox.engine import stack
from sandbox.errors import SandboxError
from sandbox.layout import Layout

if TYPE_CHECKING:
    from operations.console import Pages

SECRETS_TYPE = "lambda-images:index:ModuleSecrets"


@dataclass(frozen=True)
class SandboxTarget(Target):
    """Differs from a stack in AWS by credentials and endpoint, and because its state can be read."""

    layout: Layout
    endpoint: str
    """The URL of the emulator."""

    has_state: ClassVar[bool] = True
    log_age: ClassVar[timedelta | None] = None

    @property
    def ship(self) -> str:
        return "`make up`"

    @property
    def refresh(self) -> str:
        return "bin/sandbox exec -- pulumi refresh --yes"

    def command(self, verb: str, module: str) -> str:
        return f"make {verb} MODULE={module}"

    def remedy(self, error: BaseException | None) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, BotoCoreError):
            return "run `make up`: it starts the AWS emulator if it is gone"
        return "run `make up`" if isinstance(error, ClientError) else ""

    def modules(self) -> dict[str, Deployed]:
        return deployed(self.layout)

    def module(self, name: str) -> Deployed:
        return of_module(self.modules(), name, self)

    def records(self) -> Mapping[str, Recorded]:
        resources = stack.resources(self.layout)
        revisions = _outputs(resources, SECRETS_TYPE, "revisions")
        references = _outputs(resources, MODULE_TYPE, "references")
        return {
            name: Recorded(record, revisions.get(name, {}), references.get(name, {}))
            for name, record in served_records(resources).items()
        }

    def pages(self, module: Deployed) -> "Pages":
        from operations.console import Pages
        from operations.functions import Functions

        return Pages(Functions(self).url(module.function), {})

    def without_functions(self) -> OperationError:
        return SandboxError("the sandbox has no functions", "run `make up`")

    def address(self, url: str) -> str:
        return local_address(url, self.endpoint)


def sandbox_target(layout: Layout, environ: Mapping[str, str]) -> SandboxTarget:
    """Return the sandbox's stack. `environ` is the environment of clients of the emulator."""
    try:
        with chdir(layout.project):  # the files of stack and project are found in the current folder
            found = Stack.of(stack.STACK, environ, LOCAL)
    except ReleaseError as wrong:
        raise SandboxError(str(wrong)) from wrong
    invoking = aws_clients(lambda: found.region, environ, single_attempt())
    return SandboxTarget(found, layout.project, invoking, layout, environ["AWS_ENDPOINT_URL"])


def local_address(url: str, endpoint: str) -> str:
    """Return the address of a URL or a route at the emulator. AWS's host names don't resolve to this machine."""
    split = urlsplit(url)
    id, _, service = split.netloc.partition(".")
    return f"{endpoint}{HTTP_APIS if service.startswith('execute-api.') else FUNCTION_URLS}{id}{split.path or '/'}"


def _outputs(resources: Iterable[Mapping[str, Any]], kind: str, output: str) -> dict[str, dict[str, str]]:
    """Return an output of each module's component of a type: texts by name."""
    return {
        logical_name(resource["urn"]): resource.get("outputs", {}).get(output, {})
        for resource in resources
        if resource["type"] == kind
    }
