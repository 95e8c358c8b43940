"""Mocks that record what a program registers, and raise on whatever they don't know."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.proto.provider_pb2 import CheckFailure, InvokeResponse

ACCOUNT = "123456789012"
REGION = "eu-central-1"
DIGEST = "sha256:" + "d1" * 32

Properties = dict[str, Any]

# A failed program leaves futures of the SDK whose exception nobody takes; asyncio tells of them whenever they are
# collected, and telling parses source: CPython 3.11 fails at that in the midst of another parsing (gh-106905).
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def _repository(given: Properties) -> Properties:
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{given['name']}"
    return {"arn": arn, "registryId": ACCOUNT, "repositoryUrl": f"{host}/{given['name']}"}


def _function(given: Properties) -> Properties:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{given['name']}"
    return {"arn": arn, "version": "7", "lastModified": "2026-01-02"}


def _alias(given: Properties) -> Properties:
    return {"arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{given['functionName']}:{given['name']}"}


def _image(given: Properties) -> Properties:
    return {"repoDigest": f"{given['imageName'].rpartition(':')[0]}@{DIGEST}"}


def _named(service: str) -> Callable[[Properties], Properties]:
    return lambda given: {"arn": f"arn:aws:{service}:{given['name']}"}


def _nothing(given: Properties) -> Properties:
    return {}


OUTPUTS: dict[str, Callable[[Properties], Properties]] = {
    "aws:cloudwatch/logGroup:LogGroup": _named(f"logs:{REGION}:{ACCOUNT}:log-group"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _nothing,
    "aws:ecr/repository:Repository": _repository,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _nothing,
    "aws:iam/role:Role": _named(f"iam::{ACCOUNT}:role"),
    "aws:iam/rolePolicy:RolePolicy": _nothing,
    "aws:lambda/alias:Alias": _alias,
    "aws:lambda/function:Function": _function,
    "aws:lambda/invocation:Invocation": lambda given: {"result": "{}"},
    "docker:index/image:Image": _image,
    "pulumi:index:Stash": lambda given: {"output": given["input"]},
}


@dataclass
class Recording(Mocks):
    """`published` is the image of every published version, as the cloud reports it; empty: the version is gone."""

    published: str | None = None
    resources: list[MockResourceArgs] = field(default_factory=list)
    calls: list[MockCallArgs] = field(default_factory=list)
    requests: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What was sent to the engine for a type and name: the resource's options are there."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, Properties]:
        self.resources.append(args)
        if args.typ.startswith("lambda-images:"):
            return None, args.inputs
        if args.typ not in OUTPUTS:
            raise AssertionError(f"a resource of an unexpected type: {args.typ} {args.name}")
        return f"{args.name}-id", {**args.inputs, **OUTPUTS[args.typ](args.inputs)}

    def call(self, args: MockCallArgs) -> tuple[Properties, list[tuple[str, str]] | None]:
        self.calls.append(args)
        if args.token == "aws:ecr/getAuthorizationToken:getAuthorizationToken":
            return {"userName": "AWS", "password": "token"}, []
        if args.token == "aws:lambda/getFunction:getFunction":
            return {"imageUri": self.published or self.one("aws:lambda/function:Function").inputs["imageUri"]}, []
        raise AssertionError(f"a call of an unexpected function: {args.token}")

    def of(self, typ: str) -> list[MockResourceArgs]:
        return [resource for resource in self.resources if resource.typ == typ]

    def one(self, typ: str) -> MockResourceArgs:
        (found,) = self.of(typ)
        return found

    def request(self, typ: str) -> Any:
        return self.requests[typ, self.one(typ).name]

    @property
    def types(self) -> list[str]:
        """The types of all resources that aren't components, in the order of their registration."""
        return [resource.typ for resource in self.resources if not resource.typ.startswith("lambda-images:")]


class _Monitor(MockMonitor):
    def __init__(self, recording: Recording) -> None:
        super().__init__(recording)
        self.recording = recording

    def RegisterResource(self, request: Any) -> Any:
        self.recording.requests[request.type, request.name] = request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]  # the SDK's own has no types

    def Invoke(self, request: Any) -> Any:
        if request.tok == "aws:lambda/getFunction:getFunction" and self.recording.published == "":
            return InvokeResponse(failures=[CheckFailure(reason="couldn't find version 7")])
        return super().Invoke(request)  # type: ignore[no-untyped-call]  # the SDK's own has no types


def deploy(program: Callable[[], pulumi.Output[Any]], recording: Recording | None = None) -> tuple[Any, Recording]:
    """Run a program against the mocks; gives its output's value, which must be known, and what was registered."""
    recording = recording or Recording()
    values: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's own has no types
    def run() -> pulumi.Output[None]:
        set_mocks(recording, project="lambda-images", stack="dev", preview=False, monitor=_Monitor(recording))
        return program().apply(values.append)

    run()
    (value,) = values
    return value, recording
