from typing import Any

import pulumi
import pytest

from components.errors import ComponentError
from components.image_function import ImageFunction, ImageFunctionArgs
from components.settings import Architecture, ModuleSettings
from tests.components.mocks import Recording, deploy

WANTED = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev-thumbnail@sha256:new"
SERVED = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev-thumbnail@sha256:old"
RECORD = "urn:pulumi:dev::lambda-images::pulumi:index:Stash::thumbnail-build"


def function(recording: Recording | None = None, **changes: Any) -> tuple[Any, Recording]:
    args: dict[str, Any] = {
        "function_name": "dev-thumbnail",
        "image_uri": WANTED,
        "tag": "abc-1",
        "build_record": RECORD,
        "role_arn": "arn:aws:iam::123456789012:role/dev-thumbnail",
        "log_group": "/aws/lambda/dev-thumbnail",
        "settings": ModuleSettings(),
        "smoke_event": '{"n":1}',
    }

    def program() -> pulumi.Output[Any]:
        made = ImageFunction("thumbnail", ImageFunctionArgs(**args | changes))
        return pulumi.Output.all(made.name, made.arn, made.version)

    return deploy(program, recording)


def test_every_change_of_the_function_publishes_a_version() -> None:
    _, recording = function()
    inputs = recording.one("aws:lambda/function:Function").inputs
    assert inputs["publish"] is True
    assert inputs["packageType"] == "Image"
    assert inputs["imageUri"] == WANTED


def test_every_build_changes_the_function_even_if_its_digest_is_an_old_one() -> None:
    first, second = (
        function(tag=tag)[1].one("aws:lambda/function:Function").inputs["description"] for tag in ("a-1", "a-2")
    )
    assert first != second


def test_the_function_runs_on_the_architecture_of_its_settings() -> None:
    _, recording = function(settings=ModuleSettings(architecture=Architecture.ARM64))
    assert recording.one("aws:lambda/function:Function").inputs["architectures"] == ["arm64"]


def test_the_function_logs_to_the_group_that_it_is_given() -> None:
    _, recording = function()
    logging = recording.one("aws:lambda/function:Function").inputs["loggingConfig"]
    assert logging == {"logFormat": "JSON", "logGroup": "/aws/lambda/dev-thumbnail"}


def test_the_smoke_event_is_sent_to_the_new_version_before_the_alias_moves() -> None:
    _, recording = function()
    assert recording.types == [
        "aws:lambda/function:Function",
        "aws:lambda/invocation:Invocation",
        "aws:lambda/alias:Alias",
    ]
    smoke = recording.one("aws:lambda/invocation:Invocation").inputs
    assert (smoke["qualifier"], smoke["input"]) == ("7", '{"n":1}')
    waits_for = recording.request("aws:lambda/alias:Alias").dependencies
    assert any("aws:lambda/invocation:Invocation" in urn for urn in waits_for)


def test_a_module_without_a_smoke_event_is_served_unasked() -> None:
    _, recording = function(smoke_event=None)
    assert recording.of("aws:lambda/invocation:Invocation") == []
    assert recording.one("aws:lambda/alias:Alias").inputs["functionVersion"] == "7"


def test_the_alias_is_live_and_serves_the_published_version() -> None:
    _, recording = function()
    inputs = recording.one("aws:lambda/alias:Alias").inputs
    assert (inputs["name"], inputs["functionVersion"]) == ("live", "7")


def test_a_version_with_another_image_is_refused_and_the_remedy_is_named() -> None:
    recording = Recording(published=SERVED)
    with pytest.raises(ComponentError) as refused:
        function(recording)
    for part in ("version 7", "'dev-thumbnail'", SERVED, WANTED, f"pulumi up --replace '{RECORD}'"):
        assert part in str(refused.value)


def test_a_version_with_another_image_is_neither_asked_nor_served() -> None:
    recording = Recording(published=SERVED)
    with pytest.raises(ComponentError):
        function(recording)
    assert recording.types == ["aws:lambda/function:Function"]
