"""The repository's own stacks and modules have valid settings."""

from pathlib import Path

import pytest

from components.errors import Problems
from components.settings.configuration import lines_in, plain
from components.settings.document import Document
from components.settings.load import load_settings
from components.settings.yaml_file import read_yaml

PROJECT = Path(__file__).parents[2]
OURS = "lambda-images:"


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_every_stack_and_module_is_without_mistakes(stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    file = Path(f"Pulumi.{stack}.yaml")
    config = read_yaml(file).within("config").values
    values = {
        key.removeprefix(OURS): plain(value) if isinstance(value, str) else value
        for key, value in config.items()
        if key.startswith(OURS)
    }
    document = Document(file=str(file), values=values, lines=lines_in(file, OURS), prefix=OURS)
    folders = [module.parent for module in Path("modules").glob("[a-z]*/Dockerfile")]
    problems = Problems()
    loaded = load_settings(document, folders, f"lambda-images-{stack}", problems)
    problems.raise_any()
    assert loaded.modules.keys() == {folder.name for folder in folders}
    assert loaded.stack.protection is (stack == "prod")
