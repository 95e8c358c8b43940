"""The repository's own stacks and modules have valid settings."""

from pathlib import Path

import pytest

from components.errors import Problems
from components.settings.configuration import written_document
from components.settings.load import load_settings

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_every_stack_and_module_is_without_mistakes(stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    document = written_document(Path(f"Pulumi.{stack}.yaml"), "lambda-images")
    folders = [module.parent for module in Path("modules").glob("[a-z]*/Dockerfile")]
    problems = Problems()
    loaded = load_settings(document, folders, f"lambda-images-{stack}", problems)
    problems.raise_any()
    assert loaded.modules.keys() == {folder.name for folder in folders}
    assert loaded.stack.protection is (stack == "prod")
