from typing import Any

import pytest
from pydantic import ValidationError

from components.settings import Architecture, ModuleSettings, StackSettings
from components.settings.module import Smoke


@pytest.mark.parametrize(("architecture", "platform"), [("x86_64", "linux/amd64"), ("arm64", "linux/arm64")])
def test_an_architecture_is_known_by_its_two_names(architecture: str, platform: str) -> None:
    assert Architecture(architecture).platform == platform


@pytest.mark.parametrize("settings", [ModuleSettings(), StackSettings()])
def test_settings_are_frozen(settings: Any) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings.timeout = 5


def test_a_smoke_message_is_the_same_whatever_the_order_of_its_keys() -> None:
    assert Smoke(event={"b": 1, "a": 2}).message == Smoke(event={"a": 2, "b": 1}).message == '{"a":2,"b":1}'


def test_the_value_of_a_secret_is_not_shown() -> None:
    assert "hunter2" not in repr(StackSettings.model_validate({"secrets": {"thumbnail": {"KEY": "hunter2"}}}))
