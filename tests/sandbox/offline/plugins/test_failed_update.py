"""The state of each type after AWS refused a call of an update, and the calls of the next update.

The official provider implements all of these types but two with Terraform's older SDK, whose state has the planned
values after a failure. The calls that it repeats nevertheless are in `repeated.py`, according to its source.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # googleapis-common-protos has no stubs
from pulumi.runtime.proto import provider_pb2

from sandbox.offline.plugins.aws import RESOURCES
from sandbox.offline.plugins.aws.session import configure
from sandbox.offline.plugins.serve import serve
from tests.sandbox.offline.plugins import emulator as emulators
from tests.sandbox.offline.plugins import watched
from tests.sandbox.offline.plugins.conformance import world
from tests.sandbox.offline.plugins.conformance.facts import patched
from tests.sandbox.offline.plugins.conformance.masks import filled
from tests.sandbox.offline.plugins.conformance.recording import Recording, all_recordings, load
from tests.sandbox.offline.plugins.emulator import Emulator
from tests.sandbox.offline.plugins.engine import Engine, Values, plain, urn
from tests.sandbox.offline.plugins.repeated import REPEATED
from tests.sandbox.offline.plugins.watched import Calls, is_read

NEVER_UPDATED = {"ecr_lifecycle_policy", "iam_role_policy_attachment", "lambda_permission"}
"""Types of which every change replaces the resource."""
NOT_REPORTED = {"publish"}
"""Properties that AWS doesn't return. The state keeps the planned value, so later runs see no difference."""


def _of_a_bucket(token: str, inputs: Values, change: Values) -> Values:
    """Returns a case in the form of a recording, because there is no recording."""
    return {
        "type": token,
        "create": [{"case": "minimal", "inputs": {"bucket": "cf-bucket-fix", **inputs}, "create": {}}],
        "changes": [{"case": ", ".join(change), "from": "minimal", "change": change}],
    }


def _expiring(days: int) -> Values:
    expiration = {"noncurrentDays": days}
    return {"id": "old", "status": "Enabled", "filter": {"prefix": ""}, "noncurrentVersionExpiration": expiration}


def _denying(action: str) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": f"s3:{action}",
        "Resource": "arn:aws:s3:::cf-bucket-fix/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:cf-fn"
_RULE = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
UNRECORDED = {
    "cloudwatch_event_rule": {
        "type": "aws:cloudwatch/eventRule:EventRule",
        "create": [
            {"case": "minimal", "inputs": {"name": "cf-rule", "eventPattern": '{"source": ["a"]}'}, "create": {}}
        ],
        "changes": [
            {"case": "pattern", "from": "minimal", "change": {"eventPattern": '{"source": ["b"]}'}},
            {"case": "description", "from": "minimal", "change": {"description": "d"}},
        ],
    },
    "cloudwatch_event_target": {
        "type": "aws:cloudwatch/eventTarget:EventTarget",
        "create": [
            {"case": "minimal", "inputs": {"rule": "cf-rule-fix", "targetId": "t", "arn": _FUNCTION}, "create": {}}
        ],
        "changes": [{"case": "arn", "from": "minimal", "change": {"arn": f"{_FUNCTION}:live"}}],
    },
    "iam_open_id_connect_provider": {
        "type": "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "create": [
            {"case": "minimal", "inputs": {"url": "https://issuer.example", "clientIdLists": ["one"]}, "create": {}}
        ],
        "changes": [
            {"case": "clients", "from": "minimal", "change": {"clientIdLists": ["two"]}},
            {"case": "thumbprints", "from": "minimal", "change": {"thumbprintLists": ["a" * 40]}},
        ],
    },
    "lambda_function_recursion_config": {
        "type": "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
        "create": [{"case": "minimal", "inputs": {"functionName": "cf-fn", "recursiveLoop": "Allow"}, "create": {}}],
        "changes": [{"case": "loop", "from": "minimal", "change": {"recursiveLoop": "Terminate"}}],
    },
    "s3_bucket_lifecycle_configuration": _of_a_bucket(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"rules": [_expiring(30)]},
        {"rules": [_expiring(90)]},
    ),
    "s3_bucket_policy": _of_a_bucket(
        "aws:s3/bucketPolicy:BucketPolicy", {"policy": _denying("GetObject")}, {"policy": _denying("PutObject")}
    ),
    "s3_bucket_public_access_block": _of_a_bucket(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {"blockPublicAcls": True}, {"blockPublicAcls": False}
    ),
    "s3_bucket_server_side_encryption_configuration": _of_a_bucket(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        {"rules": [_RULE]},
        {"rules": [{**_RULE, "bucketKeyEnabled": True}]},
    ),
    "s3_bucket_versioning": _of_a_bucket(
        "aws:s3/bucketVersioning:BucketVersioning",
        {"versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
    ),
}
MORE_CHANGES: dict[str, Values] = {
    "secretsmanager_secret_version": {"versionStages": ["AWSCURRENT", "blue"]},
}
"""By recording, an additional update."""
OF_PLUGIN_FRAMEWORK = {"lambda_function_recursion_config", "s3_bucket_lifecycle_configuration"}
RECORDINGS = [each.name for each in all_recordings() if not each.name.startswith("invoke_")]


@pytest.fixture(scope="module")
def calls() -> Calls:
    return Calls()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator for this file, because each test empties it."""
    with emulators.running(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def engine(emulator: Emulator, calls: Calls) -> Iterator[Engine]:
    with serve([watched.provider(calls)], emulator.environ) as attached, Engine.attached(attached) as engine:
        yield engine


def init_error(refusal: Any) -> Any:
    """Returns the state in the error of a failed call."""
    (packed,) = [value for key, value in refusal.trailing_metadata() if key == "grpc-status-details-bin"]
    (detail,) = Status.FromString(packed).details
    found = provider_pb2.ErrorResourceInitFailed()
    assert detail.Unpack(found)
    assert refusal.code() == grpc.StatusCode.UNKNOWN
    assert list(found.reasons) == [refusal.details()]
    return found


def significant(values: Any) -> Any:
    """Returns the values without unknown and zero ones."""
    if isinstance(values, list):
        return [significant(value) for value in values]
    if not isinstance(values, dict):
        return values
    found = {name: significant(value) for name, value in values.items() if value != "<unknown>"}
    return {name: value for name, value in found.items() if value not in ("", [], {}, 0)}


def prepared(emulator: Emulator, calls: Calls, name: str) -> Any:
    """Returns the recording, after creating the resources that it refers to in an empty account."""
    calls.allow()
    emulator.reset()
    cloud = configure({}, emulator.environ).client
    recording = Recording(name, UNRECORDED[name]) if name in UNRECORDED else load(name).about(world.build(cloud, name))
    if name in UNRECORDED:
        cloud("s3").create_bucket(Bucket="cf-bucket-fix")
        world.zip_function(cloud("lambda"), "cf-fn")
        cloud("events").put_rule(Name="cf-rule-fix", EventPattern='{"source": ["a"]}')
    if name in MORE_CHANGES:
        more = {"case": "not recorded", "from": "minimal", "change": MORE_CHANGES[name]}
        recording.content["changes"].append(more)
    return recording


@dataclass
class Life:
    """A resource of a recording, as the engine stores it."""

    engine: Engine
    token: str
    program: Values
    inputs: Values
    id: str
    state: Values

    @classmethod
    def of(cls, engine: Engine, token: str, case: Values) -> "Life":
        program = filled(case["inputs"])
        inputs, _ = engine.check(token, program, name=case["case"])
        id, state = engine.create(token, inputs, name=case["case"])
        return cls(engine, token, program, inputs, id, state)

    def changed(self, change: Values) -> Values | None:
        """Returns the inputs with a recorded change if that is an update."""
        wanted = patched(self.program, change, generated=str(self.inputs.get("name", "")))
        inputs, failures = self.engine.check(self.token, wanted, self.inputs)
        update = not failures and "<unknown>" not in repr(wanted) and self.verdict(self.state, inputs) == "update"
        return inputs if update else None

    def verdict(self, state: Values, inputs: Values) -> str:
        return self.engine.diff(self.token, self.id, state, self.inputs, inputs).verdict

    def update(self, state: Values, inputs: Values, preview: bool = False) -> Values:
        return self.engine.update(self.token, self.id, state, self.inputs, inputs, preview)

    def restore(self, actual: Values) -> None:
        """Restores the values with which the resource was created."""
        again = self.verdict(actual, self.inputs) == "update"
        self.state = self.update(actual, self.inputs) if again else actual


@pytest.mark.parametrize("name", sorted({*RECORDINGS, *UNRECORDED} - NEVER_UPDATED - OF_PLUGIN_FRAMEWORK))
def test_a_failed_update_has_the_planned_values_and_the_next_one_makes_only_calls_that_need_no_difference(
    emulator: Emulator, engine: Engine, calls: Calls, name: str
) -> None:
    recording, failed = prepared(emulator, calls, name), 0
    for base in recording.content["create"]:
        if "create" not in base:
            continue
        life = Life.of(engine, recording.token, base)
        for change in recording.content["changes"]:
            wanted = life.changed(change["change"]) if change["from"] == base["case"] else None
            if wanted is None:
                continue
            preview = life.update(life.state, wanted, preview=True)
            calls.refuse_changes()
            try:
                life.state = life.update(life.state, wanted)  # a change that makes no call, such as forceDelete
                calls.allow()
            except grpc.RpcError as refused:
                failed += 1
                calls.allow()
                partial, case = init_error(refused), f"{base['case']}: {change['case']}"
                assert partial.reasons[0].startswith(f"updating {urn(life.token, 'thing')}: ")
                planned = plain(partial.properties)
                assert significant(planned) == significant(preview), case
                assert life.verdict(planned, wanted) == "none", case
                actual = life.update(planned, wanted)
                assert calls.made == ([REPEATED[name]] if name in REPEATED else []), case
                if name not in REPEATED and not NOT_REPORTED.issuperset(change["change"]):
                    assert life.verdict(actual, wanted) == "update", case
                life.restore(actual)
        engine.delete(life.token, life.id, life.inputs, life.state)
    assert failed


@pytest.mark.parametrize("name", sorted(OF_PLUGIN_FRAMEWORK))
def test_a_failed_call_for_a_type_of_the_plugin_framework_does_not_change_the_state(
    emulator: Emulator, engine: Engine, calls: Calls, name: str
) -> None:
    recording = prepared(emulator, calls, name)
    (base,), (change,) = recording.content["create"], recording.content["changes"]
    inputs, _ = engine.check(recording.token, base["inputs"])
    calls.refused = lambda operation: is_read(operation) and bool(calls.made)
    assert not details(lambda: engine.create(recording.token, inputs)), "created, but never read"
    calls.allow()
    life = Life.of(engine, recording.token, base)
    wanted = life.changed(change["change"])
    assert wanted is not None
    calls.refuse_changes()
    assert not details(lambda: life.update(life.state, wanted))
    calls.allow()
    assert life.verdict(life.state, wanted) == "update"
    assert life.verdict(life.update(life.state, wanted), wanted) == "none"


def details(attempt: Callable[[], object]) -> list[Any]:
    """Returns the details in the error of a failed call."""
    with pytest.raises(grpc.RpcError) as refused:
        attempt()
    metadata: Any = refused.value
    return [value for key, value in metadata.trailing_metadata() if key == "grpc-status-details-bin"]


def test_all_types_are_in_the_table() -> None:
    listed = {*(load(name).token for name in RECORDINGS), *(each["type"] for each in UNRECORDED.values())}
    assert listed == {each.token for each in RESOURCES}


@pytest.mark.parametrize("name", sorted({*RECORDINGS, *UNRECORDED} - {"lambda_invocation"} - OF_PLUGIN_FRAMEWORK))
def test_a_created_resource_that_could_not_be_read_has_the_planned_values(
    emulator: Emulator, engine: Engine, calls: Calls, name: str
) -> None:
    recording = prepared(emulator, calls, name)
    base = next(case for case in recording.content["create"] if "create" in case)
    inputs, _ = engine.check(recording.token, filled(base["inputs"]))
    _, preview = engine.create(recording.token, inputs, preview=True)
    calls.refused = lambda operation: is_read(operation) and bool(calls.made)
    with pytest.raises(grpc.RpcError) as refused:
        engine.create(recording.token, inputs)
    partial = init_error(refused.value)
    planned = plain(partial.properties)
    assert partial.id and significant(planned) == significant({**preview, "id": partial.id})
    calls.allow()
    assert engine.diff(recording.token, partial.id, planned, inputs, inputs).verdict == "none"
    actual = engine.update(recording.token, partial.id, planned, inputs, inputs)
    assert calls.made == ([REPEATED[name]] if name in REPEATED else [])
    engine.delete(recording.token, partial.id, inputs, actual)


def test_a_function_s_tags_are_changed_before_anything_else(emulator: Emulator, engine: Engine, calls: Calls) -> None:
    recording = prepared(emulator, calls, "lambda_function")
    inputs, _ = engine.check(recording.token, {**filled(recording.content["create"][0]["inputs"]), "publish": True})
    id, state = engine.create(recording.token, inputs)
    calls.allow()
    wanted = {**inputs, "tags": {"team": "sums"}, "timeout": 9, "reservedConcurrentExecutions": 1}
    engine.update(recording.token, id, state, inputs, wanted)
    assert calls.made == [
        "TagResource",
        "UpdateFunctionConfiguration",
        "PutFunctionConcurrency",
        "PublishVersion",
    ]


def test_a_resource_without_an_arn_in_the_state_keeps_its_tags(
    emulator: Emulator, engine: Engine, calls: Calls
) -> None:
    recording = prepared(emulator, calls, "cloudwatch_log_group")
    inputs, _ = engine.check(recording.token, {"name": "half-made"})
    id, state = engine.create(recording.token, inputs)
    calls.allow()
    never_read = {name: value for name, value in state.items() if name != "arn"}
    engine.update(recording.token, id, never_read, inputs, {**inputs, "tags": {"a": "1"}})
    assert calls.made == []
