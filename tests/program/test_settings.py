"""The repository's own stacks and modules have valid settings."""

from pathlib import Path

import pytest

from components.modules import written_settings

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_every_stack_and_module_is_without_mistakes(stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    folders = [module.parent for module in Path("modules").glob("[a-z]*/Dockerfile")]
    loaded = written_settings("lambda-images", stack)
    assert loaded.modules.keys() == {folder.name for folder in folders}
    assert loaded.stack.protection is (stack == "prod")
