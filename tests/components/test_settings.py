from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.errors import ComponentError
from components.settings import Architecture, StackSettings
from tests.components.mocks import Recording, deploy

PROJECT = Path(__file__).parents[2]


def load(**config: str) -> StackSettings:
    def program() -> pulumi.Output[Any]:
        pulumi.runtime.set_all_config({f"lambda-images:{key}": value for key, value in config.items()})
        return pulumi.Output.from_input(StackSettings.load(pulumi.Config("lambda-images")))

    settings, _ = deploy(program, Recording())
    assert isinstance(settings, StackSettings)
    return settings


def test_a_stack_that_sets_nothing_has_the_defaults() -> None:
    assert load() == StackSettings()


def test_settings_are_read_from_the_text_that_configuration_is() -> None:
    settings = load(
        architecture="arm64", buildArgs='{"BASE_IMAGE": "base"}', forceDelete="true", keepImages="7", memorySize="2048"
    )
    assert settings.architecture is Architecture.ARM64
    assert settings.build_args == {"BASE_IMAGE": "base"}
    assert settings.force_delete is True
    assert (settings.keep_images, settings.memory_size) == (7, 2048)


def test_every_invalid_setting_is_named_at_once_with_its_value_and_the_rule() -> None:
    with pytest.raises(ComponentError) as refused:
        load(memorySize="64", timeout="901", architecture="sparc", logRetention="8", buildArgs='["a"]')
    message = str(refused.value)
    assert "Pulumi.dev.yaml" in message
    for part in (
        "lambda-images:memorySize is 64: Input should be greater than or equal to 128",
        "lambda-images:timeout is 901: Input should be less than or equal to 900",
        "lambda-images:architecture is 'sparc': Input should be 'x86_64' or 'arm64'",
        "lambda-images:logRetention is 8:",
        "lambda-images:buildArgs is ['a']: Input should be a valid dictionary",
    ):
        assert part in message


def test_a_setting_that_there_is_not_is_named_with_the_nearest() -> None:
    with pytest.raises(ComponentError) as refused:
        load(logRetenion="14", colour="red")
    message = str(refused.value)
    assert "lambda-images:logRetenion is no setting: did you mean logRetention?" in message
    assert "lambda-images:colour is no setting; there are architecture, memorySize, timeout, logRetention," in message


def test_settings_of_other_programs_in_the_same_file_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", '{"aws:region": "us-east-1", "lambda-images:timeout": "7"}')
    assert load().timeout == 7


@pytest.mark.parametrize(("architecture", "platform"), [("x86_64", "linux/amd64"), ("arm64", "linux/arm64")])
def test_an_architecture_is_known_by_its_two_names(architecture: str, platform: str) -> None:
    assert Architecture(architecture).platform == platform


def test_the_project_file_declares_and_describes_every_setting_with_the_default_it_has() -> None:
    declared = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]
    defaults = StackSettings().model_dump(mode="json", by_alias=True)
    assert {name: entry["default"] for name, entry in declared.items()} == defaults
    assert all(entry["description"] for entry in declared.values())


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_the_stacks_of_the_repository_have_valid_settings(stack: str) -> None:
    config = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())["config"]
    own = {key.removeprefix("lambda-images:"): value for key, value in config.items() if key.startswith("lambda-")}
    assert StackSettings.model_validate(own)
