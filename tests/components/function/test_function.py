import re
from typing import Any

import pulumi
import pytest
from pulumi.runtime.rpc import is_rpc_secret

from components.errors import ComponentError
from components.function.configuration import description
from components.function.function import ImageFunction, ImageFunctionArgs
from components.function.version_checks import unpublished
from components.image.registry import Registry
from components.settings import Architecture, ModuleSettings
from components.settings.module import Canary, FileSystem, Image, OnFailure, Release, Smoke, Vpc
from tests.components.mocks import Recording, deploy

WANTED = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev-thumbnail@sha256:new"
SERVED = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev-thumbnail@sha256:old"
ASKED = Smoke(event={"n": 1})

FUNCTION = "aws:lambda/function:Function"
INVOCATION = "aws:lambda/invocation:Invocation"
ALIAS = "aws:lambda/alias:Alias"
RECURSION = "aws:lambda/functionRecursionConfig:FunctionRecursionConfig"
ACCESS_POINT = "arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0123456789abcdef0"


def function(recording: Recording | None = None, **settings: Any) -> tuple[Any, Recording]:
    args = ImageFunctionArgs(
        function_name="dev-thumbnail",
        image_uri=WANTED,
        role_arn="arn:aws:iam::123456789012:role/dev-thumbnail",
        log_group="/aws/lambda/dev-thumbnail",
        settings=ModuleSettings(**{"smoke": ASKED, **settings}),
        registry=Registry(username="AWS", password="password"),
    )

    def program() -> pulumi.Output[Any]:
        made = ImageFunction("thumbnail", args)
        return pulumi.Output.all(made.name, made.arn, made.version)

    return deploy(program, recording)


def inputs(**settings: Any) -> dict[str, Any]:
    return dict(function(**settings)[1].one(FUNCTION).inputs)


def test_every_change_of_the_function_publishes_a_version() -> None:
    given = inputs()
    assert given["publish"] is True
    assert given["packageType"] == "Image"
    assert given["imageUri"] == WANTED


def test_another_image_changes_nothing_else_of_the_function() -> None:
    """Each further property that changes costs another call, for which the official provider waits 5 seconds."""
    assert inputs()["description"] == description(ModuleSettings(), {})


def test_a_module_that_says_little_gets_defaults_and_nothing_that_is_empty() -> None:
    given = inputs()
    assert given["architectures"] == ["x86_64"]
    assert (given["memorySize"], given["timeout"]) == (1024, 30)
    assert given["ephemeralStorage"] == {"size": 512}
    assert given["tracingConfig"] == {"mode": "Active"}
    assert given["loggingConfig"] == {
        "applicationLogLevel": "INFO",
        "logFormat": "JSON",
        "logGroup": "/aws/lambda/dev-thumbnail",
        "systemLogLevel": "INFO",
    }
    unset = {"environment", "fileSystemConfig", "imageConfig", "vpcConfig", "reservedConcurrentExecutions"}
    assert given.keys().isdisjoint(unset)


def test_settings_reach_the_function_in_lambdas_words() -> None:
    given = inputs(
        architecture=Architecture.ARM64,
        environment={"LEVEL": "debug"},
        ephemeral_storage=2048,
        image=Image(command=["other.handle"], entry_point=["/entry"], working_directory="/work"),
        log_format="text",
        memory_size=512,
        reserved_concurrency=3,
        tags={"team": "pictures"},
        timeout=9,
        tracing="passThrough",
        vpc=Vpc(subnets=["subnet-1", "subnet-2"], security_groups=["sg-1"]),
    )
    assert given["architectures"] == ["arm64"]
    assert given["environment"] == {"variables": {"LEVEL": "debug"}}
    assert given["ephemeralStorage"] == {"size": 2048}
    assert given["imageConfig"] == {
        "commands": ["other.handle"],
        "entryPoints": ["/entry"],
        "workingDirectory": "/work",
    }
    assert given["loggingConfig"] == {"logFormat": "Text", "logGroup": "/aws/lambda/dev-thumbnail"}
    assert (given["memorySize"], given["timeout"]) == (512, 9)
    assert given["reservedConcurrentExecutions"] == 3
    assert given["tags"] == {"team": "pictures"}
    assert given["tracingConfig"] == {"mode": "PassThrough"}
    assert given["vpcConfig"] == {"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]}


def test_a_file_system_ipv6_and_levels_of_logs_reach_the_function_in_lambdas_words() -> None:
    given = inputs(
        application_log_level="debug",
        file_system=FileSystem(access_point=ACCESS_POINT, path="/mnt/models"),
        system_log_level="warn",
        vpc=Vpc(subnets=["subnet-1", "subnet-2"], security_groups=["sg-1"], ipv6=True),
    )
    assert given["fileSystemConfig"] == {"arn": ACCESS_POINT, "localMountPath": "/mnt/models"}
    levels = (given["loggingConfig"]["applicationLogLevel"], given["loggingConfig"]["systemLogLevel"])
    assert levels == ("DEBUG", "WARN")
    assert given["vpcConfig"]["ipv6AllowedForDualStack"] is True


def test_lambda_stops_recursive_loops_unless_the_settings_allow_them() -> None:
    assert function()[1].of(RECURSION) == []
    _, recording = function(recursive_loop="allow")
    assert recording.one(RECURSION).inputs == {"functionName": "dev-thumbnail", "recursiveLoop": "Allow"}


def test_the_smoke_event_is_sent_to_the_new_version_before_the_alias_moves() -> None:
    _, recording = function()
    assert recording.types == [FUNCTION, INVOCATION, ALIAS]
    smoke = recording.one(INVOCATION).inputs
    assert (smoke["qualifier"], smoke["input"]["value"]) == ("7", '{"n":1}')
    assert any(INVOCATION in urn for urn in recording.request(ALIAS).dependencies)


def test_what_is_sent_and_answered_is_kept_as_a_secret() -> None:
    _, recording = function()
    assert is_rpc_secret(recording.one(INVOCATION).inputs["input"])
    assert recording.request(INVOCATION).additionalSecretOutputs == ["result"]


def test_a_function_that_was_recreated_is_checked_again_although_its_version_has_the_same_number() -> None:
    _, recording = function()
    assert recording.one("aws:lambda/invocation:Invocation").inputs["triggers"] == {"lastModified": "2026-01-02"}


def test_a_module_without_a_smoke_event_is_served_untested_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, resource: warnings.append(text))
    _, recording = function(smoke=Smoke(enabled=False))
    assert recording.of(INVOCATION) == []
    assert recording.one(ALIAS).inputs["functionVersion"] == "7"
    assert warnings == ["dev-thumbnail goes live untested: its settings say `smoke.enabled: false`"]


def test_a_smoke_event_that_was_forgotten_is_no_decision_to_go_without() -> None:
    with pytest.raises(ComponentError, match="the smoke event is missing: a new version must answer it before"):
        function(smoke=Smoke())


def test_an_expected_answer_lets_the_alias_move() -> None:
    recording = Recording(answer='{"label": 7, "seconds": 0.1}')
    (_, _, version), _ = function(recording, smoke=Smoke(event={}, expect={"label": 7}))
    assert version == "7"
    assert recording.one(ALIAS).inputs["functionVersion"] == "7"


def test_another_answer_than_the_expected_one_stops_the_alias() -> None:
    recording = Recording(answer='{"label": 3}')
    with pytest.raises(ComponentError, match="answers the smoke event with something else than expected in: label"):
        function(recording, smoke=Smoke(event={}, expect={"label": 7}))
    assert recording.types == [FUNCTION, INVOCATION]


def test_the_alias_is_live_and_serves_the_published_version() -> None:
    _, recording = function()
    alias = recording.one(ALIAS).inputs
    assert (alias["name"], alias["functionVersion"]) == ("live", "7")


def test_instances_are_kept_warm_for_the_alias() -> None:
    _, recording = function(provisioned_concurrency=2)
    given = recording.one("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig").inputs
    assert given == {"functionName": "dev-thumbnail", "qualifier": "live", "provisionedConcurrentExecutions": 2}


def test_failed_events_of_the_alias_go_where_the_settings_say() -> None:
    queue = "arn:aws:sqs:eu-central-1:123456789012:failed"
    _, recording = function(on_failure=OnFailure(destination=queue, retries=1, maximum_age=60))
    assert recording.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").inputs == {
        "functionName": "dev-thumbnail",
        "qualifier": "live",
        "destinationConfig": {"onFailure": {"destination": queue}},
        "maximumRetryAttempts": 1,
        "maximumEventAgeInSeconds": 60,
    }


def test_a_version_with_another_image_is_refused_and_the_remedy_is_named() -> None:
    with pytest.raises(ComponentError) as refused:
        function(Recording(published={"imageUri": SERVED}))
    remedy = "python -m delivery.recover --stack dev"
    for part in ("newest version, 7,", "'dev-thumbnail'", SERVED, WANTED, remedy, "pulumi up --stack dev"):
        assert part in str(refused.value)
    assert unpublished(f"error: {refused.value}") == ["dev-thumbnail"]


def test_a_function_that_the_update_did_not_change_is_refused_although_its_version_is_the_function_itself() -> None:
    """After a failed update, the next one may find nothing to do: function and version are both the old ones then."""
    recording = Recording(function={"imageUri": SERVED}, published={"imageUri": SERVED})
    with pytest.raises(ComponentError, match="has no version with the wanted image"):
        function(recording)
    assert recording.of(ALIAS) == []


def test_a_version_that_is_gone_is_reported_with_the_remedy() -> None:
    with pytest.raises(ComponentError) as refused:
        function(Recording(gone=True))
    for part in ("version 7", "'dev-thumbnail'", "couldn't find version 7", "pulumi refresh"):
        assert part in str(refused.value)


def test_a_version_with_other_settings_is_refused() -> None:
    other = description(ModuleSettings(memory_size=2048), {})
    with pytest.raises(ComponentError, match=f"has {WANTED} .{other}., and {WANTED} .settings "):
        function(Recording(published={"description": other}))


def test_a_version_with_another_image_is_neither_invoked_nor_served() -> None:
    recording = Recording(published={"imageUri": SERVED})
    with pytest.raises(ComponentError):
        function(recording)
    assert recording.types == [FUNCTION]


HELD = "passed 6 7; held at 6 instead of 7 since 2026-11-28T14:30:00Z by alice: wrong totals"


@pytest.mark.parametrize(
    ("alias", "version", "description"),
    [
        (None, "7", "passed 7"),
        ({"functionVersion": "6", "description": ""}, "7", "passed 6 7"),
        ({"functionVersion": "6", "description": "passed 5 6"}, "7", "passed 5 6 7"),
        ({"functionVersion": "6", "description": HELD}, "6", HELD),
        (
            {"functionVersion": "5", "description": "passed 5 6; held at 5 instead of 6 since x by bob"},
            "7",
            "passed 5 6 7",
        ),
    ],
    ids=["first", "of an earlier release", "newer", "held", "newer than the hold"],
)
def test_the_alias_serves_what_its_record_and_the_newest_version_say(
    alias: dict[str, str] | None, version: str, description: str
) -> None:
    _, recording = function(Recording(alias=alias))
    given = recording.one(ALIAS).inputs
    assert (given["functionVersion"], given["description"]) == (version, description)


def test_a_function_with_one_version_has_no_alias_to_look_up() -> None:
    _, recording = function(Recording(function={"version": "1"}))
    assert [call.token for call in recording.calls if "Alias" in call.token] == []
    assert recording.one(ALIAS).inputs["description"] == "passed 1"


CANARY_SETTING = Release(canary=Canary(percent=10, minutes=15, then=[50]))
RUNNING = "passed 5 6; canary of 7 at 10% since 2026-11-28T14:30:00Z for 15 minutes, then 50%"


def test_a_canary_gets_its_share_by_the_aliass_routing() -> None:
    _, recording = function(
        Recording(alias={"functionVersion": "6", "description": "passed 5 6"}), release=CANARY_SETTING
    )
    given = recording.one(ALIAS).inputs
    assert given["functionVersion"] == "6"
    assert given["routingConfig"] == {"additionalVersionWeights": {"7": 0.1}}
    assert re.fullmatch(r"passed 5 6; canary of 7 at 10% since \S+Z for 15 minutes, then 50%", given["description"])


def test_a_running_canary_is_left_as_it_is() -> None:
    _, recording = function(Recording(alias={"functionVersion": "6", "description": RUNNING}), release=CANARY_SETTING)
    given = recording.one(ALIAS).inputs
    assert (given["functionVersion"], given["description"]) == ("6", RUNNING)
    assert given["routingConfig"] == {"additionalVersionWeights": {"7": 0.1}}


def test_without_a_canary_the_alias_has_no_routing() -> None:
    _, recording = function()
    assert "routingConfig" not in recording.one(ALIAS).inputs
