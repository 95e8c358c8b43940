import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pydantic import SecretStr

from components.arn import AwsScope
from components.errors import ComponentError
from components.function.boundary import DENIED, Boundary
from components.image import promoted
from components.image.content import BuildSpec, Content
from components.image.handover import HandOver, ShippedImage
from components.image.registry import Registry
from components.lambda_module import LambdaModule, LambdaModuleArgs
from components.modules import Module
from components.settings import ModuleSettings, StackSettings
from components.settings.environment import Secret
from components.settings.module import Image, Smoke
from components.settings.pipeline import Pipeline
from components.settings.triggers import Queue, Triggers
from tests.components.mocks import ACCOUNT, DIGEST, OUTPUTS, REGION, Recording, deploy

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
NAME = "lambda-images-dev-thumbnail"
SPEC = BuildSpec(context="modules/thumbnail", platform="linux/amd64", args={"A": "1"})


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    context = tmp_path / "modules" / "thumbnail"
    context.mkdir(parents=True)
    (context / "Dockerfile").write_text("FROM scratch\n")


def module(name: str = "thumbnail", **settings: Any) -> Module:
    return Module(
        name=name,
        physical_name=f"lambda-images-dev-{name}",
        settings=ModuleSettings(**{"smoke": Smoke(event={}), **settings}),
        content=Content.read(SPEC),
    )


def ship(
    stack: StackSettings | None = None,
    alarm_topic: str | None = None,
    key: str | None = None,
    recording: Recording | None = None,
    boundary: Boundary | None = None,
    **settings: Any,
) -> tuple[Any, Recording]:
    def program() -> pulumi.Output[Any]:
        args = LambdaModuleArgs(
            module=module(**settings),
            registry=Registry(username="AWS", password="token"),
            settings=stack or StackSettings(),
            kms_key_arn=key,
            alarm_topic=alarm_topic,
            boundary=boundary,
        )
        return LambdaModule("thumbnail", args).outputs

    return deploy(program, recording)


def test_the_outputs_name_everything_that_a_caller_needs() -> None:
    outputs, recording = ship()
    function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}"
    assert outputs == {
        "functionName": NAME,
        "functionArn": function_arn,
        "aliasArn": f"{function_arn}:live",
        "version": "7",
        "held": "",
        "canary": "",
        "tested": True,
        "imageUri": f"{HOST}/{NAME}@{DIGEST}",
        "digest": DIGEST,
        "tag": recording.one("docker:index/image:Image").inputs["imageName"].rpartition(":")[2],
        "repositoryUrl": f"{HOST}/{NAME}",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role:{NAME}",
        "logGroup": f"/aws/lambda/{NAME}",
    }


def test_one_module_is_these_resources_and_no_others() -> None:
    _, recording = ship()
    assert sorted(recording.types) == [
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/repository:Repository",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:lambda/alias:Alias",
        "aws:lambda/function:Function",
        "aws:lambda/invocation:Invocation",
        "docker:index/image:Image",
        "pulumi:index:Stash",
        "pulumi:index:Stash",
    ]


def test_a_module_with_a_role_of_others_makes_none_and_says_what_that_must_allow() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/team/thumbnails"
    outputs, recording = ship(role=role, triggers=Triggers(queues={"new": Queue()}))
    assert not any(typ.startswith("aws:iam/") for typ in recording.types)
    assert recording.one("aws:lambda/function:Function").inputs["role"] == outputs["roleArn"] == role
    needed = {statement["Sid"]: statement for statement in outputs["rolePolicy"]["Statement"]}
    assert needed.keys() == {"WriteOwnLogs", "WriteTraces", "ReadMessages"}
    assert needed["ReadMessages"]["Resource"] == [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}-new"]


def test_a_role_of_another_account_is_refused_before_the_function_is_made() -> None:
    recording = Recording()
    with pytest.raises(ComponentError, match="a function can only have a role of its own account"):
        ship(role="arn:aws:iam::210987654321:role/team/thumbnails", recording=recording)
    assert recording.of("aws:lambda/function:Function") == []


def test_alarms_tell_a_topic_if_there_is_one_of_the_function_and_its_dead_letters() -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"
    _, recording = ship(alarm_topic=topic, triggers=Triggers(queues={"new": Queue()}))
    alarms = {alarm.inputs["name"]: alarm.inputs for alarm in recording.of("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert alarms.keys() == {f"{NAME}-errors", f"{NAME}-throttles", f"{NAME}-duration", f"{NAME}-new-dead"}
    assert {action for alarm in alarms.values() for action in alarm["alarmActions"]} == {topic}


def test_every_resource_has_a_component_as_its_parent() -> None:
    _, recording = ship()
    for (typ, name), request in recording.requests.items():
        if typ not in ("pulumi:pulumi:Stack", "lambda-images:index:LambdaModule"):
            assert "lambda-images:index:" in request.parent, (typ, name)


def test_the_log_group_exists_before_the_function_that_logs_to_it() -> None:
    _, recording = ship()
    order = recording.types
    assert order.index("aws:cloudwatch/logGroup:LogGroup") < order.index("aws:lambda/function:Function")
    needs = recording.request("aws:lambda/function:Function").dependencies
    assert any("aws:cloudwatch/logGroup:LogGroup" in urn for urn in needs)


def test_the_function_waits_for_its_permissions_and_for_the_permission_to_pull() -> None:
    _, recording = ship()
    needs = recording.request("aws:lambda/function:Function").dependencies
    for typ in ("aws:iam/rolePolicy:RolePolicy", "aws:ecr/repositoryPolicy:RepositoryPolicy"):
        assert any(typ in urn for urn in needs), typ


def test_what_is_served_is_recorded_after_the_alias_has_moved() -> None:
    _, recording = ship()
    served = recording.requests["pulumi:index:Stash", "thumbnail-served"]
    assert any("aws:lambda/alias:Alias" in urn for urn in served.dependencies)
    (record,) = (stash.inputs["input"] for stash in recording.of("pulumi:index:Stash") if "served" in stash.name)
    assert list(record["files"]) == ["Dockerfile"]
    assert record["args"] == {"A": "1"}
    assert record["platform"] == "linux/amd64"


def test_settings_reach_the_function_and_its_logs() -> None:
    _, recording = ship(memory_size=512, timeout=9, log_retention=14)
    function = recording.one("aws:lambda/function:Function").inputs
    assert (function["memorySize"], function["timeout"]) == (512, 9)
    assert recording.one("aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"] == 14


def test_everything_that_can_be_is_tagged() -> None:
    _, recording = ship(tags={"team": "pictures"})
    for typ in (
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ecr/repository:Repository",
        "aws:iam/role:Role",
        "aws:lambda/function:Function",
    ):
        assert recording.one(typ).inputs["tags"] == {"team": "pictures"}, typ


def test_what_holds_data_is_kept_where_a_stack_says_so_and_blocks_no_update() -> None:
    holding = {"aws:cloudwatch/logGroup:LogGroup", "aws:ecr/repository:Repository"}
    _, recording = ship(StackSettings(protection=True))
    assert {typ for (typ, _), request in recording.requests.items() if request.retainOnDelete} == holding
    assert not any(request.protect for request in recording.requests.values())
    _, recording = ship()
    assert not any(request.protect or request.retainOnDelete for request in recording.requests.values())


@pytest.mark.parametrize(("keep_images", "keep_versions", "kept"), [(50, 10, 50), (5, 10, 10)])
def test_the_repository_keeps_enough_images_for_the_versions_that_are_kept(
    keep_images: int, keep_versions: int, kept: int
) -> None:
    _, recording = ship(StackSettings(keep_images=keep_images, keep_versions=keep_versions))
    policy = json.loads(recording.one("aws:ecr/lifecyclePolicy:LifecyclePolicy").inputs["policy"])
    assert [rule["selection"]["countNumber"] for rule in policy["rules"]] == [kept, kept]


def test_a_module_can_be_removed_although_its_repository_has_images() -> None:
    def force_delete(protection: bool = False, force_delete: bool = False) -> Any:
        stack = StackSettings(protection=protection, force_delete=force_delete)
        return ship(stack)[1].one("aws:ecr/repository:Repository").inputs["forceDelete"]

    assert force_delete() is True
    assert force_delete(protection=True) is False
    assert force_delete(protection=True, force_delete=True) is True


def test_the_role_keeps_the_permissions_of_the_version_in_service_until_the_alias_has_moved() -> None:
    _, recording = ship()
    wanted, kept = recording.of("aws:iam/rolePolicy:RolePolicy")
    assert (wanted.inputs["name"], kept.inputs["name"]) == ("rights", "rights-served")
    assert wanted.inputs["policy"] == kept.inputs["policy"]
    order = recording.types
    first = order.index("aws:iam/rolePolicy:RolePolicy")
    alias = order.index("aws:lambda/alias:Alias")
    assert first < order.index("aws:lambda/function:Function") < alias
    assert order.index("aws:iam/rolePolicy:RolePolicy", first + 1) > alias
    needs = recording.requests["aws:iam/rolePolicy:RolePolicy", kept.name].dependencies
    assert any("aws:lambda/alias:Alias" in urn for urn in needs)


KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"


def test_a_stack_s_key_encrypts_images_logs_and_variables() -> None:
    _, recording = ship(key=KEY, environment={"LEVEL": "debug"})
    encrypted = recording.one("aws:ecr/repository:Repository").inputs["encryptionConfigurations"]
    assert encrypted == [{"encryptionType": "KMS", "kmsKey": KEY}]
    assert recording.one("aws:cloudwatch/logGroup:LogGroup").inputs["kmsKeyId"] == KEY
    assert recording.one("aws:lambda/function:Function").inputs["kmsKeyArn"] == KEY


def test_a_function_may_decrypt_what_it_reads_of_its_own_with_the_stack_s_key() -> None:
    _, recording = ship(key=KEY, triggers={"queues": {"orders": {}}})
    statements = json.loads(next(one for one in recording.of("aws:iam/rolePolicy:RolePolicy")).inputs["policy"])
    (decrypting,) = (one for one in statements["Statement"] if one["Sid"] == "DecryptSources")
    assert decrypting["Resource"] == KEY
    assert all(queue.inputs["kmsMasterKeyId"] == KEY for queue in recording.of("aws:sqs/queue:Queue"))


ENCRYPTED = {
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:lambda/function:Function",
    "aws:sns/topic:Topic",
    "aws:sqs/queue:Queue",
    "docker:index/image:Image",
}


@pytest.mark.parametrize(
    ("wanted", "is_there", "refusal"),
    [
        (KEY, {"encryptionType": "AES256", "kmsKey": ""}, "is encrypted with a key of AWS"),
        (None, {"encryptionType": "KMS", "kmsKey": KEY}, f"is encrypted with {KEY}"),
    ],
    ids=["customer", "aws"],
)
def test_nothing_is_encrypted_in_another_way_than_the_repository(
    wanted: str | None, is_there: dict[str, str], refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = "aws:ecr/repository:Repository"
    made = OUTPUTS[repository]
    monkeypatch.setitem(OUTPUTS, repository, lambda given: {**made(given), "encryptionConfigurations": [is_there]})
    recording = Recording()
    with pytest.raises(ComponentError, match=refusal):
        ship(key=wanted, recording=recording, triggers={"queues": {"orders": {}}, "topics": {"uploads": {}}})
    assert ENCRYPTED.isdisjoint(recording.types)


def test_what_is_encrypted_is_encrypted_where_nothing_is_refused() -> None:
    _, recording = ship(triggers={"queues": {"orders": {}}, "topics": {"uploads": {}}})
    assert set(recording.types) >= ENCRYPTED


def test_a_function_without_variables_is_given_no_key_which_aws_would_forget() -> None:
    _, recording = ship(key=KEY)
    assert "kmsKeyArn" not in recording.one("aws:lambda/function:Function").inputs


def test_a_function_gets_a_reference_to_its_secret_and_may_read_it_but_does_not_get_its_value() -> None:
    stack = StackSettings(secrets={"thumbnail": {"API_KEY": SecretStr("planted-value")}})
    _, recording = ship(stack, environment={"LEVEL": "debug"}, secrets={"API_KEY": Secret()})
    name = "/lambda/lambda-images-dev-thumbnail/API_KEY"
    assert recording.one("aws:ssm/parameter:Parameter").inputs["name"] == name
    function = recording.one("aws:lambda/function:Function").inputs
    assert function["environment"] == {"variables": {"LEVEL": "debug", "API_KEY": name}}
    for policy in recording.of("aws:iam/rolePolicy:RolePolicy"):
        assert f":parameter{name}" in policy.inputs["policy"]
    assert "planted-value" not in str([one.inputs for one in recording.resources if "Parameter" not in one.typ])


def test_another_value_of_a_secret_makes_a_version_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def described() -> str:
        stack = StackSettings(secrets={"thumbnail": {"API_KEY": SecretStr("any")}})
        return str(
            ship(stack, secrets={"API_KEY": Secret()})[1].one("aws:lambda/function:Function").inputs["description"]
        )

    parameter = "aws:ssm/parameter:Parameter"
    before, made = described(), OUTPUTS[parameter]
    monkeypatch.setitem(OUTPUTS, parameter, lambda given: {**made(given), "version": 4})
    assert described() != before


def pullers(recording: Recording) -> Any:
    """The functions that may pull from the one repository."""
    policy = json.loads(recording.one("aws:ecr/repositoryPolicy:RepositoryPolicy").inputs["policy"])
    return policy["Statement"][0]["Condition"]["StringLike"]["aws:sourceArn"]


def test_who_may_pull_does_not_change_with_those_who_run_the_image() -> None:
    stack = StackSettings(name_prefix="lambda-images-dev")
    assert pullers(ship(stack)[1]) == [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:lambda-images-dev-*"]


def test_without_a_prefix_of_the_stack_the_function_alone_may_pull() -> None:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}"
    assert pullers(ship()[1]) == [arn, f"{arn}:*"]


def test_a_module_that_runs_anothers_image_builds_none_and_is_allowed_to_pull() -> None:
    registry, settings = Registry(username="AWS", password="token"), StackSettings(name_prefix="lambda-images-dev")

    def program() -> pulumi.Output[Any]:
        builder = LambdaModule(
            "thumbnail",
            LambdaModuleArgs(module=module(), registry=registry, settings=settings),
        )
        user = LambdaModule(
            "preview",
            LambdaModuleArgs(
                module=module("preview", image=Image(module="thumbnail", command=["preview.handle"])),
                registry=registry,
                settings=settings,
                image=builder.image,
            ),
        )
        return pulumi.Output.all(builder.outputs, user.outputs)

    (built, used), recording = deploy(program)
    assert used["imageUri"] == built["imageUri"]
    assert used["repositoryUrl"] == built["repositoryUrl"]
    assert used["roleArn"] != built["roleArn"]
    recording.one("docker:index/image:Image")
    assert pullers(recording) == [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:lambda-images-dev-*"]
    commands = {f.name: f.inputs.get("imageConfig") for f in recording.of("aws:lambda/function:Function")}
    assert commands == {"thumbnail-function": None, "preview-function": {"commands": ["preview.handle"]}}


class Available:
    """A repository that has every image."""

    def __init__(self, *_: str) -> None:
        self.host = "any"

    def has(self, path: str) -> bool:
        return True

    def add_tag(self, digest: str, tag: str) -> None:
        pass


def promote(monkeypatch: pytest.MonkeyPatch, modules: dict[str, Any]) -> tuple[Any, Recording]:
    """Two modules, of which `preview` runs the image of `thumbnail`."""
    monkeypatch.setattr(promoted, "RegistryClient", Available)
    registry = Registry(username="AWS", password="token")
    settings = StackSettings(pipeline=Pipeline(after="staging", images="copy"))
    images = HandOver(stack="staging", modules=modules)

    def program() -> pulumi.Output[Any]:
        builder = LambdaModule(
            "thumbnail",
            LambdaModuleArgs(module=module(), registry=registry, settings=settings, handed_over=images),
        )
        user = LambdaModule(
            "preview",
            LambdaModuleArgs(
                module=module("preview", image=Image(module="thumbnail", command=["preview.handle"])),
                registry=registry,
                settings=settings,
                handed_over=images,
                image=builder.image,
            ),
        )
        return pulumi.Output.all(builder.outputs, user.outputs)

    return deploy(program)


OF_STAGING = {
    "thumbnail": ShippedImage(image=f"{HOST}/lambda-images-staging-thumbnail@sha256:{64 * '1'}"),
    "preview": ShippedImage(image=f"{HOST}/lambda-images-staging-thumbnail@sha256:{64 * '2'}"),
}


def test_a_stack_that_takes_its_images_from_another_builds_none(monkeypatch: pytest.MonkeyPatch) -> None:
    (thumbnail, _), recording = promote(monkeypatch, OF_STAGING)
    assert recording.of("docker:index/image:Image") == []
    records = {stash.name for stash in recording.of("pulumi:index:Stash")}
    assert records == {f"{name}-promoted{of}" for name in ("thumbnail", "preview") for of in ("", "-by")}
    assert thumbnail["digest"] == f"sha256:{64 * '1'}"
    assert thumbnail["promotedFrom"] == {"stack": "staging", "run": "", "commit": ""}


def test_each_module_runs_the_image_that_it_ran_there_in_the_repository_of_the_module_that_builds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (thumbnail, preview), recording = promote(monkeypatch, OF_STAGING)
    assert thumbnail["imageUri"] == f"{HOST}/{NAME}@sha256:{64 * '1'}"
    assert preview["imageUri"] == f"{HOST}/{NAME}@sha256:{64 * '2'}"
    recording.one("aws:ecr/repository:Repository")


def test_a_module_that_is_not_handed_over_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ComponentError, match="staging handed over no image of preview"):
        promote(monkeypatch, {"thumbnail": OF_STAGING["thumbnail"]})


def test_permissions_that_the_boundary_denies_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, resource=None: warnings.append(text))
    scope = AwsScope("aws", REGION, ACCOUNT)
    logs = {"Effect": "Allow", "Action": ["logs:*", "xray:*"], "Resource": "*"}
    boundary = Boundary(f"arn:aws:iam::{ACCOUNT}:policy/boundary", [logs], scope)
    ship(boundary=boundary)
    assert warnings == []
    secrets = {"SALT": Secret(store="secretsManager")}
    ship(StackSettings(secrets={"thumbnail": {"SALT": SecretStr("v")}}), boundary=boundary, key=KEY, secrets=secrets)
    (warning,) = warnings
    assert warning.startswith(f"thumbnail: {DENIED}: secretsmanager:GetSecretValue on arn:aws:secretsmanager:")
    assert f"; kms:Decrypt on {scope.key_arn('*')}. " in warning
