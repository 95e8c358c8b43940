"""The gRPC service for all types: errors, bugs, logs, generated names, paths of differences."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2_grpc, plugin_pb2, provider_pb2

from sandbox.offline.plugins.errors import CheckResult
from sandbox.offline.plugins.provider import Provider
from sandbox.offline.plugins.resource import Call, DiffResult, ReadResult, Resource
from sandbox.offline.plugins.serve import serve
from sandbox.offline.plugins.values import Values
from tests.sandbox.offline.plugins.engine import Engine, plain, struct, urn

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
FUNCTION = "aws:lambda/function:Function"
IMAGE = {"packageType": "Image", "imageUri": "localhost/f@sha256:1", "role": "arn:aws:iam::000000000000:role/r"}


def test_an_unknown_type_is_refused_with_the_nearest_one(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        engine.check("aws:ecr/repo:Repository", {})
    assert str(refused.value.details()).startswith(
        'the local aws plugin has no resource type "aws:ecr/repo:Repository" '
        '(did you mean "aws:ecr/repository:Repository"?): use the official plugin, with SANDBOX_PLUGINS=official in '
        "the environment, which needs the network once; the local one has: aws:apigatewayv2/api:Api, "
    )


def test_an_unknown_function_is_refused_by_name(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError, match='no function "aws:ecr/getImages:getImages"'):
        engine.invoke("aws:ecr/getImages:getImages", {})


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"memorysize": 128}, 'unknown property "memorysize" (did you mean "memorySize"?)'),
        ({"environment": {"variable": {}}}, 'unknown property "environment.variable" (did you mean "variables"?)'),
        ({"durableConfig": {}}, 'property "durableConfig" is not supported by the local plugin'),
    ],
)
def test_an_unknown_or_unsupported_property_is_refused_by_name(engine: Engine, inputs: Any, reason: str) -> None:
    _, failures = engine.check(FUNCTION, {**IMAGE, **inputs}, name="fn")
    (path,) = inputs
    assert [each for each in failures if each.startswith(reason)] == failures
    assert f"Examine values at 'fn.{path}" in failures[0]


def test_all_failures_are_reported_at_once(engine: Engine) -> None:
    _, failures = engine.check(FUNCTION, {**IMAGE, "memorySize": 50, "timeout": 0, "layers": ["x"]})
    assert len(failures) == 3


def test_differences_are_reported_by_the_path_of_the_input(engine: Engine) -> None:
    state: Values = {
        **IMAGE,
        "name": "f",
        "publish": True,
        "memorySize": 128,
        "timeout": 3,
        "reservedConcurrentExecutions": -1,
        "version": "1",
        "environment": {"variables": {"A": "1", "B": "2"}},
    }
    news = {**IMAGE, "name": "g", "publish": True, "environment": {"variables": {"A": "3", "C": "4"}}}
    diff = engine.diff(FUNCTION, "f", state, {}, news)
    assert "version" in diff.diffs
    assert diff.detailed == {
        "environment.variables.A": "update",
        "environment.variables.B": "delete",
        "environment.variables.C": "add",
        "name": "update_replace",
    }


def test_generated_names_are_the_same_for_the_same_seed_and_obey_the_engine_s_naming(engine: Engine) -> None:
    first, _ = engine.check(LOG_GROUP, {}, name="logs")
    again, _ = engine.check(LOG_GROUP, {}, name="logs")
    assert first == again

    options = provider_pb2.CheckRequest.AutonamingOptions
    autonaming = options(proposed_name="exactly-this", mode=options.ENFORCE)
    request = provider_pb2.CheckRequest(urn=urn(LOG_GROUP, "logs"), news=struct({}), autonaming=autonaming)
    assert plain(engine.stub.Check(request).inputs) == {"name": "exactly-this"}

    request.autonaming.mode = options.DISABLE
    with pytest.raises(grpc.RpcError, match="autonaming is disabled"):
        engine.stub.Check(request)


@pytest.mark.parametrize(
    ("token", "inputs", "replaced", "deletes_first"),
    [
        (LIFECYCLE, {"policy": '{"rules": []}', "repository": "pictures"}, "repository", True),
        (ATTACHMENT, {"role": "orders", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, "role", True),
        (LOG_GROUP, {"name": "orders"}, "name", False),
    ],
)
def test_a_replacement_deletes_first_where_the_official_provider_does(
    engine: Engine, token: str, inputs: Values, replaced: str, deletes_first: bool
) -> None:
    """Otherwise the deletion of an old lifecycle policy deletes the new one, which has the same repository."""
    before = struct({**inputs, replaced: "other"})
    request = provider_pb2.DiffRequest(
        id="other", urn=urn(token, "it"), olds=before, old_inputs=before, news=struct(inputs)
    )
    answer = engine.stub.Diff(request)
    assert list(answer.replaces) == [replaced]
    assert answer.deleteBeforeReplace is deletes_first


def test_a_resource_can_have_its_own_region(engine: Engine) -> None:
    inputs, failures = engine.check(LOG_GROUP, {"name": "far-away", "region": "eu-west-1"})
    assert failures == []
    id, state = engine.create(LOG_GROUP, inputs)
    assert (state["region"], state["arn"].split(":")[3]) == ("eu-west-1", "eu-west-1")
    assert engine.diff(LOG_GROUP, id, state, inputs, {"name": "far-away"}).verdict == "none"
    assert engine.diff(LOG_GROUP, id, state, inputs, {**inputs, "region": "us-east-1"}).replaces == ["region"]
    assert engine.read(LOG_GROUP, id, inputs, state)[0] == id
    engine.delete(LOG_GROUP, id, inputs, state)
    assert engine.read(LOG_GROUP, id, inputs, state)[0] == ""


def test_the_registry_s_password_is_a_secret(engine: Engine) -> None:
    result, _ = engine.invoke("aws:ecr/getAuthorizationToken:getAuthorizationToken", {})
    assert result["userName"] == "AWS"
    assert result["password"].keys() == result["authorizationToken"].keys() == {"<secret>"}


def test_the_plugin_reports_the_version_of_the_installed_sdk(engine: Engine) -> None:
    assert engine.stub.GetPluginInfo(Empty()).version == metadata.version("pulumi_aws")


def test_a_call_that_no_local_plugin_supports_is_unimplemented(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        engine.stub.GetSchema(provider_pb2.GetSchemaRequest())
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


class Buggy(Resource[None]):
    """A type with a bug in Check, and with messages in Create."""

    token = "buggy:index/thing:Thing"

    def check(self, call: Call[None], old_inputs: Values, inputs: Values) -> CheckResult:
        raise ZeroDivisionError("one by nothing")

    def diff(self, call: Call[None], id: str, old_inputs: Values, state: Values, inputs: Values) -> DiffResult:
        return DiffResult()

    def create(self, call: Call[None], inputs: Values, preview: bool) -> tuple[str, Values]:
        call.log.status("working")
        call.log.warning("mind the gap")
        return "id", {}

    def read(self, call: Call[None], id: str, inputs: Values, state: Values) -> ReadResult | None:
        return None

    def update(
        self, call: Call[None], id: str, old_inputs: Values, state: Values, inputs: Values, preview: bool
    ) -> Values:
        return {}

    def delete(self, call: Call[None], id: str, old_inputs: Values, state: Values) -> None:
        pass


BUGGY: Provider[None] = Provider(
    name="buggy",
    resources={Buggy.token: Buggy()},
    functions={},
    check_config=lambda config, environ: CheckResult(config),
    configure=lambda config, environ: None,
)


def test_a_bug_is_reported_in_one_line_and_its_traceback_is_logged(tmp_path: Path) -> None:
    log = tmp_path / "plugins.log"
    with (
        serve([BUGGY], {}, log) as attached,
        Engine.attached(attached) as engine,
        pytest.raises(grpc.RpcError) as refused,
    ):
        engine.check(Buggy.token, {}, name="it")
    assert refused.value.details() == (
        f"bug in the local buggy plugin, in Check of {urn(Buggy.token, 'it')}: ZeroDivisionError: one by nothing"
    )
    assert "Traceback" in log.read_text()
    assert logging.getLogger("sandbox.offline.plugins.buggy").handlers == []


def test_a_handler_s_messages_reach_the_engine_s_log() -> None:
    with _engine_log() as (address, received), serve([BUGGY], {}) as attached, Engine.attached(attached) as engine:
        engine.stub.Attach(plugin_pb2.PluginAttach(address=address))
        engine.create(Buggy.token, {}, name="it")
    assert [(each.message, each.ephemeral, each.urn) for each in received] == [
        ("working", True, urn(Buggy.token, "it")),
        ("mind the gap", False, urn(Buggy.token, "it")),
    ]


def test_an_engine_that_has_ended_does_not_stop_a_call() -> None:
    with serve([BUGGY], {}) as attached, Engine.attached(attached) as engine:
        engine.stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
        assert engine.create(Buggy.token, {})[0] == "id"


@contextmanager
def _engine_log() -> Iterator[tuple[str, list[Any]]]:
    """Runs the engine's log service. Yields its address, and the messages that it received."""
    received: list[Any] = []

    class EngineLog(engine_pb2_grpc.EngineServicer):
        def Log(self, request: Any, context: grpc.ServicerContext) -> Any:
            received.append(request)
            return Empty()

    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(EngineLog(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}", received
    server.stop(None).wait()
