"""The repository's own stacks and modules have valid settings."""

import shutil
from pathlib import Path

import pytest

from components.modules import written_settings

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is tracked: the sandbox's defaults, not what a user has set in it."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PROJECT / "modules", "modules", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "sandbox/Pulumi.local.yaml"):
        shutil.copy2(PROJECT / file, tmp_path)


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_every_stack_and_module_is_without_mistakes(stack: str, checkout: None) -> None:
    folders = [module.parent for module in Path("modules").glob("[a-z]*/Dockerfile")]
    loaded = written_settings("lambda-images", stack)
    assert loaded.modules.keys() == {folder.name for folder in folders}
    assert loaded.stack.protection is (stack == "prod")
