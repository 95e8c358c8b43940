"""Mocks that record what a program registers, and raise on whatever they don't know."""

import asyncio
import atexit
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.proto.provider_pb2 import CheckFailure, InvokeResponse
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import wait_for_rpcs
from pulumi.runtime.sync_await import _sync_await

ACCOUNT = "123456789012"
REGION = "eu-central-1"
DIGEST = "sha256:" + "d1" * 32

Properties = dict[str, Any]

LOOP = asyncio.new_event_loop()
"""The SDK expects a loop in the main thread. Those that it makes itself stay open, with three files each."""
asyncio.set_event_loop(LOOP)
atexit.register(LOOP.close)

# A failed program leaves futures of the SDK whose exception nobody takes; asyncio tells of them whenever they are
# collected, and telling parses source: CPython 3.11 fails at that in the midst of another parsing (gh-106905).
logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def unknown() -> pulumi.Output[Any]:
    """An output that a preview can't know."""

    async def answer(value: Any) -> Any:
        return value

    return pulumi.Output(answer(set()), answer(None), answer(False))


def _repository(given: Properties) -> Properties:
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{given['name']}"
    encryption = given.get("encryptionConfigurations", [{"encryptionType": "AES256", "kmsKey": ""}])
    made = {"arn": arn, "registryId": ACCOUNT, "repositoryUrl": f"{host}/{given['name']}"}
    return {**made, "encryptionConfigurations": encryption}


def _function(given: Properties) -> Properties:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{given['name']}"
    return {"arn": arn, "version": "7", "lastModified": "2026-01-02"}


def _alias(given: Properties) -> Properties:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{given['functionName']}:{given['name']}"
    return {"arn": arn, "invokeArn": f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"}


def _image(given: Properties) -> Properties:
    return {"repoDigest": f"{given['imageName'].rpartition(':')[0]}@{DIGEST}"}


def _named(service: str) -> Callable[[Properties], Properties]:
    return lambda given: {"arn": f"arn:aws:{service}:{given['name']}"}


def _parameter(given: Properties) -> Properties:
    name = given["name"].removeprefix("/")
    return {"arn": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{name}", "version": 3}


def _secret(given: Properties) -> Properties:
    return {"arn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{given['name']}-AbCdEf"}


def _secret_version(given: Properties) -> Properties:
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:of-the-version-AbCdEf"
    return {"secretArn": arn, "versionId": "v-1"}


def _key(given: Properties) -> Properties:
    return {"arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1", "keyId": "k-1"}


def _queue(given: Properties) -> Properties:
    url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{given['name']}"
    return {"arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{given['name']}", "url": url}


def _bucket(given: Properties) -> Properties:
    return {"arn": f"arn:aws:s3:::{given['bucket']}"}


def _function_url(given: Properties) -> Properties:
    return {"functionUrl": f"https://{given['functionName']}.lambda-url.{REGION}.on.aws/"}


API = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:http-api-api-id"


def _api(given: Properties) -> Properties:
    return {"executionArn": API}


def _stage(given: Properties) -> Properties:
    return {"invokeUrl": f"https://{given['apiId']}.execute-api.{REGION}.amazonaws.com/"}


def _domain_name(given: Properties) -> Properties:
    configuration = {**given["domainNameConfiguration"], "targetDomainName": "d-1.execute-api.example"}
    return {"domainNameConfiguration": configuration}


def _nothing(given: Properties) -> Properties:
    return {}


OUTPUTS: dict[str, Callable[[Properties], Properties]] = {
    "aws:apigatewayv2/api:Api": _api,
    "aws:apigatewayv2/apiMapping:ApiMapping": _nothing,
    "aws:apigatewayv2/authorizer:Authorizer": _nothing,
    "aws:apigatewayv2/domainName:DomainName": _domain_name,
    "aws:apigatewayv2/integration:Integration": _nothing,
    "aws:apigatewayv2/route:Route": _nothing,
    "aws:apigatewayv2/stage:Stage": _stage,
    "aws:cloudwatch/dashboard:Dashboard": _nothing,
    "aws:cloudwatch/eventRule:EventRule": _named(f"events:{REGION}:{ACCOUNT}:rule"),
    "aws:cloudwatch/eventTarget:EventTarget": _nothing,
    "aws:cloudwatch/logGroup:LogGroup": _named(f"logs:{REGION}:{ACCOUNT}:log-group"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _nothing,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _nothing,
    "aws:ecr/repository:Repository": _repository,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _nothing,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _nothing,
    "aws:iam/policy:Policy": _nothing,
    "aws:iam/role:Role": _named(f"iam::{ACCOUNT}:role"),
    "aws:iam/rolePolicy:RolePolicy": _nothing,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _nothing,
    "aws:kms/alias:Alias": _nothing,
    "aws:kms/key:Key": _key,
    "aws:lambda/alias:Alias": _alias,
    "aws:lambda/eventSourceMapping:EventSourceMapping": _nothing,
    "aws:lambda/function:Function": _function,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _nothing,
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": _nothing,
    "aws:lambda/functionUrl:FunctionUrl": _function_url,
    "aws:lambda/permission:Permission": _nothing,
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": _nothing,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _nothing,
    "aws:s3/bucketNotification:BucketNotification": _nothing,
    "aws:s3/bucketPolicy:BucketPolicy": _nothing,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _nothing,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _nothing,
    "aws:s3/bucketVersioning:BucketVersioning": _nothing,
    "aws:scheduler/schedule:Schedule": _named(f"scheduler:{REGION}:{ACCOUNT}:schedule/default"),
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_version,
    "aws:sns/topic:Topic": _named(f"sns:{REGION}:{ACCOUNT}"),
    "aws:ssm/parameter:Parameter": _parameter,
    "aws:sns/topicSubscription:TopicSubscription": _nothing,
    "aws:sqs/queue:Queue": _queue,
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _nothing,
    "docker:index/image:Image": _image,
    "pulumi:index:Stash": lambda given: {"output": given["input"]},
}


@dataclass
class Recording(Mocks):
    function: Properties = field(default_factory=dict)
    """What every function has in the cloud, where that isn't what was given."""
    published: Properties = field(default_factory=dict)
    """What the cloud reports of every published version, where that isn't what was given."""
    answer: str = "{}"
    """What every function answers."""
    alias: Properties | None = None
    """`functionVersion` and `description` of every function's alias. None if there is no alias yet."""
    boundary: str = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    """The document of every managed policy. AWS has none if it is empty."""
    gone: bool = False
    """Whether the cloud has no published version."""
    resources: list[MockResourceArgs] = field(default_factory=list)
    calls: list[MockCallArgs] = field(default_factory=list)
    requests: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What was sent to the engine for a type and name: the resource's options are there."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, Properties]:
        self.resources.append(args)
        if args.typ.startswith("lambda-images:"):
            return None, args.inputs
        if args.typ == "aws:lambda/invocation:Invocation":
            return f"{args.name}-id", {**args.inputs, "result": self.answer}
        if args.typ == "aws:lambda/function:Function":
            return f"{args.name}-id", {**args.inputs, **_function(args.inputs), **self.function}
        if args.typ not in OUTPUTS:
            raise AssertionError(f"a resource of an unexpected type: {args.typ} {args.name}")
        return f"{args.name}-id", {**args.inputs, **OUTPUTS[args.typ](args.inputs)}

    def call(self, args: MockCallArgs) -> tuple[Properties, list[tuple[str, str]] | None]:
        self.calls.append(args)
        if args.token == "aws:ecr/getAuthorizationToken:getAuthorizationToken":
            return {"userName": "AWS", "password": "token"}, []
        if args.token == "aws:lambda/getFunction:getFunction":
            functions = {one.inputs["name"]: one.inputs for one in self.of("aws:lambda/function:Function")}
            given = functions[args.args["functionName"]]
            known = {name: given[name] for name in ("description", "imageUri", "role")}
            return {**known, **self.published}, []
        if args.token == "aws:lambda/getAlias:getAlias":
            return self.alias or {}, []
        if args.token == "pulumi:pulumi:readStackOutputs":
            return {"outputs": {}}, []
        if args.token == "aws:iam/getPolicy:getPolicy":
            return {"policy": self.boundary}, []
        if args.token == "aws:index/getRegion:getRegion":
            return {"region": REGION}, []
        if args.token == "aws:index/getPartition:getPartition":
            return {"partition": "aws", "dnsSuffix": "amazonaws.com"}, []
        if args.token == "aws:index/getCallerIdentity:getCallerIdentity":
            return {"accountId": ACCOUNT, "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/session"}, []
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
        if request.tok == "aws:lambda/getAlias:getAlias" and self.recording.alias is None:
            return InvokeResponse(failures=[CheckFailure(reason="reading Lambda Alias: couldn't find resource")])
        if request.tok == "aws:lambda/getFunction:getFunction" and self.recording.gone:
            return InvokeResponse(failures=[CheckFailure(reason="couldn't find version 7")])
        if request.tok == "aws:iam/getPolicy:getPolicy" and not self.recording.boundary:
            return InvokeResponse(failures=[CheckFailure(reason="reading IAM policy: AccessDenied")])
        return super().Invoke(request)  # type: ignore[no-untyped-call]  # the SDK's own has no types


def deploy(program: Callable[[], pulumi.Output[Any]], recording: Recording | None = None) -> tuple[Any, Recording]:
    """Run a program against the mocks; gives its output's value, which must be known, and what was registered."""
    asyncio.set_event_loop(LOOP)
    recording = recording or Recording()
    values: list[Any] = []

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's own has no types
    def run() -> pulumi.Output[None]:
        set_mocks(recording, project="lambda-images", stack="dev", preview=False, monitor=_Monitor(recording))
        return program().apply(values.append)

    run()
    (value,) = values
    return value, recording


def deploy_async(main: Callable[[], Awaitable[None]], recording: Recording) -> None:
    """Run an asynchronous program to its end against the mocks, as the engine does; raises what the user is shown."""

    async def run() -> None:
        try:
            await main()
        finally:
            await wait_for_rpcs()

    asyncio.set_event_loop(LOOP)
    SETTINGS.rpc_manager.clear()
    SETTINGS.outputs.clear()
    set_mocks(recording, project="lambda-images", stack="dev", preview=False, monitor=_Monitor(recording))
    _sync_await(run())
