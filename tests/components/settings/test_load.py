from typing import Any

import pytest

from components.errors import ComponentError
from components.settings import Architecture
from tests.components.settings.conftest import Checkout


def test_a_module_without_a_file_has_the_defaults(checkout: Checkout) -> None:
    checkout.add("thumbnail")
    settings = checkout.load().modules["thumbnail"]
    assert (settings.memory_size, settings.timeout, settings.tracing, settings.log_format) == (
        1024,
        30,
        "active",
        "json",
    )
    assert settings.smoke.message == "{}"


def test_two_lines_are_a_module_file(checkout: Checkout) -> None:
    checkout.add(
        "thumbnail", "# yaml-language-server: $schema=../module.schema.json\ndescription: Makes a picture small\n"
    )
    assert checkout.load().modules["thumbnail"].description == "Makes a picture small"


@pytest.mark.parametrize(
    ("module", "stack", "memory"),
    [
        (None, {}, 1024),
        (None, {"memorySize": 512}, 512),
        ("memorySize: 256", {"memorySize": 512}, 256),
        ("memorySize: 256", {"memorySize": 512, "modules": {"thumbnail": {"memorySize": 128}}}, 128),
        ("memorySize: 256", {"memorySize": 512, "modules": {"thumbnail": {"memorySize": None}}}, 512),
        ("memorySize: 256", {"memorySize": 512, "modules": {"thumbnail": None}}, 256),
    ],
)
def test_the_nearest_to_module_and_environment_counts(
    checkout: Checkout, module: str | None, stack: dict[str, Any], memory: int
) -> None:
    checkout.add("thumbnail", module)
    assert checkout.load(**stack).modules["thumbnail"].memory_size == memory


def test_arguments_and_tags_are_a_stacks_and_a_modules_own(checkout: Checkout) -> None:
    checkout.add("thumbnail", "buildArgs: {OWN: '1', BOTH: '1'}\ntags: {team: pictures}")
    settings = checkout.load(buildArgs={"ALL": "2", "BOTH": "2"}, tags={"stage": "dev"}).modules["thumbnail"]
    assert settings.build_args == {"ALL": "2", "OWN": "1", "BOTH": "1"}
    assert settings.tags == {"stage": "dev", "team": "pictures"}


def test_alarms_are_each_a_modules_own_or_the_stacks(checkout: Checkout) -> None:
    checkout.add("thumbnail", "alarms: {errors: 7}")
    alarms = checkout.load(alarms={"errors": 0, "throttles": 0}).modules["thumbnail"].alarms
    assert (alarms.errors, alarms.throttles, alarms.duration) == (7, 0, 80)


def test_a_smoke_event_may_be_a_file_of_its_own(checkout: Checkout) -> None:
    checkout.add("thumbnail", "smoke: {expect: {n: 2}}", smoke_event='{"n": 1}')
    smoke = checkout.load().modules["thumbnail"].smoke
    assert (smoke.message, smoke.expect) == ('{"n":1}', {"n": 2})


def test_a_smoke_event_in_the_settings_counts_more_than_the_file(checkout: Checkout) -> None:
    checkout.add("thumbnail", "smoke: {event: {n: 2}}", smoke_event='{"n": 1}')
    assert checkout.load().modules["thumbnail"].smoke.message == '{"n":2}'


def test_a_smoke_file_of_what_only_python_reads_is_refused(checkout: Checkout) -> None:
    checkout.add("thumbnail", smoke_event='{"n": NaN}')
    assert checkout.refusal() == [
        "modules/thumbnail/events/smoke.json is not a JSON document: NaN is not valid JSON; correct it"
    ]


def test_a_module_that_is_not_enabled_is_left_out_and_checked_all_the_same(checkout: Checkout) -> None:
    checkout.add("thumbnail", "enabled: false")
    assert checkout.load().modules == {}
    assert checkout.load(modules={"thumbnail": {"enabled": True}}).modules.keys() == {"thumbnail"}
    assert checkout.refusal(modules={"thumbnail": {"timeout": 0}})[0].startswith("Pulumi.dev.yaml:4: ")


def test_a_function_has_the_architecture_of_the_image_that_it_runs(checkout: Checkout) -> None:
    checkout.add("builder", "architecture: arm64")
    checkout.add("user", "image: {module: builder}")
    assert checkout.load().modules["user"].architecture is Architecture.ARM64


@pytest.mark.parametrize(("stack", "prefix"), [({}, "lambda-images-dev"), ({"namePrefix": "pics"}, "pics")])
def test_names_begin_with_project_and_stack_unless_a_stack_says_otherwise(
    checkout: Checkout, stack: dict[str, Any], prefix: str
) -> None:
    checkout.add("thumbnail")
    assert checkout.load(**stack).stack.name_prefix == prefix


def test_a_deny_may_be_of_all_that_a_service_can_do(checkout: Checkout) -> None:
    checkout.add(
        "thumbnail", "policies: {statements: {KeepOut: {effect: Deny, actions: ['iam:*', '*'], resources: ['*']}}}"
    )
    assert checkout.load().modules["thumbnail"].policies.statements["KeepOut"].actions == ["iam:*", "*"]


def test_a_module_needs_a_smoke_event_or_says_that_it_has_none(checkout: Checkout) -> None:
    checkout.add("thumbnail", smoke_event=None)
    assert checkout.refusal() == [
        "modules/thumbnail/module.yaml: smoke.event is missing: a new version must answer it before it is served. "
        "Put it into `events/smoke.json` or `smoke.event`, or set `smoke.enabled` to false if the module may go "
        "live untested"
    ]
    untested = {"thumbnail": {"smoke": {"enabled": False}}}
    assert checkout.load(modules=untested).modules["thumbnail"].smoke.message is None
    (checkout.modules / "thumbnail" / "module.yaml").write_text("smoke: {enabled: false}")
    assert checkout.load().modules["thumbnail"].smoke.message is None
    tested = {"thumbnail": {"smoke": {"enabled": None, "event": {"n": 1}}}}
    assert checkout.load(modules=tested).modules["thumbnail"].smoke.message == '{"n":1}'


def test_an_event_that_one_environment_can_not_take_is_not_sent_there(checkout: Checkout) -> None:
    checkout.add("thumbnail", "smoke: {expect: {n: 2}}", smoke_event='{"n": 1}')
    smoke = {"thumbnail": {"smoke": {"enabled": False}}}
    assert checkout.load(modules=smoke).modules["thumbnail"].smoke.message is None


def test_all_instances_may_be_warm_where_there_is_no_smoke_test(checkout: Checkout) -> None:
    checkout.add("thumbnail", "{reservedConcurrency: 2, provisionedConcurrency: 2, smoke: {enabled: false}}")
    assert checkout.load().modules["thumbnail"].provisioned_concurrency == 2


def test_images_of_another_stack_need_a_stack_to_come_from(checkout: Checkout) -> None:
    checkout.add("thumbnail")
    assert checkout.load(pipeline={"after": "dev", "images": "copy"}).stack.pipeline.images == "copy"
    assert checkout.load(pipeline={"images": "jobs"}).stack.pipeline.are_built
    with pytest.raises(ComponentError, match=r"pipeline\.images is copy, but pipeline\.after names no stack"):
        checkout.load(pipeline={"images": "copy"})
