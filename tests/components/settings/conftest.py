"""A checkout with modules and a stack's settings, loaded or refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.errors import ComponentError, Problems
from components.settings.configuration import written_document
from components.settings.load import LoadedSettings, load_settings


class Checkout:
    def __init__(self, modules: Path) -> None:
        self.modules = modules

    def add(self, name: str, settings: str | None = None, smoke_event: str | None = "{}") -> None:
        """A module with this text as its `module.yaml`, and this one as its `events/smoke.json`."""
        (self.modules / name / "events").mkdir(parents=True)
        if settings is not None:
            (self.modules / name / "module.yaml").write_text(settings)
        if smoke_event is not None:
            (self.modules / name / "events" / "smoke.json").write_text(smoke_event)

    def load(self, **stack: Any) -> LoadedSettings:
        """With a stack's settings, which are in its file from the second line on."""
        file = Path("Pulumi.dev.yaml")
        config = {f"lambda-images:{name}": value for name, value in stack.items()}
        file.write_text(yaml.safe_dump({"config": config}, sort_keys=False))
        problems, document = Problems(), written_document(file, "lambda-images")
        loaded = load_settings(document, sorted(self.modules.iterdir()), "dev", "lambda-images-dev", problems)
        problems.raise_any()
        return loaded

    def refusal(self, **stack: Any) -> list[str]:
        with pytest.raises(ComponentError) as refused:
            self.load(**stack)
        return str(refused.value).splitlines()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.chdir(tmp_path)
    Path("modules").mkdir()
    return Checkout(Path("modules"))
