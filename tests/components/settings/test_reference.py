from pathlib import Path

import pytest
import yaml

from components.settings import ModuleSettings, StackSettings
from components.settings.reference import MISTAKES, PAGE, reference
from tests.components.settings.conftest import Checkout

PROJECT = Path(__file__).parents[3]


def test_the_page_on_settings_is_current() -> None:
    page = PAGE.read_text()
    assert page == reference(), "run `make docs`"


@pytest.mark.parametrize(
    "row",
    [
        "| `memorySize` | 128 to 10240 MiB | `1024` | Memory of the function in MiB.",
        "| `vpc.subnets` | list | required | IDs of two to 16 subnets, in different availability zones. |",
        "| `triggers.url.auth` | `iam`, `public` | `iam` | Who may call the URL:",
        "| `triggers.queues.<name>.batchWindow` | 0 to 300 seconds | `0` | How long Lambda gathers messages",
    ],
)
def test_a_row_has_type_unit_default_and_meaning(row: str) -> None:
    assert row in reference()


@pytest.mark.parametrize("model", [ModuleSettings, StackSettings])
def test_every_setting_has_a_row(model: type[ModuleSettings] | type[StackSettings]) -> None:
    page = reference()
    assert [field.alias for field in model.model_fields.values() if f"\n| `{field.alias}` |" not in page] == []


def rows() -> list[tuple[str, str, str, str]]:
    """The cells of all settings: name, type, default, description."""
    cells = [line[2:-2].split(" | ") for line in reference().splitlines() if line.startswith("| `")]
    return [(name.strip("`"), type, default, text) for name, type, default, text in cells]


@pytest.mark.parametrize(("name", "type", "default", "text"), [pytest.param(*row, id=row[0]) for row in rows()])
def test_a_description_says_the_unit_and_the_default_that_the_table_shows(
    name: str, type: str, default: str, text: str
) -> None:
    assert text.endswith(".")
    unit = type.partition(" to ")[2].partition(" ")[2]
    assert unit in text
    _, says_default, default_text = text.partition("Defaults to ")
    assert bool(says_default) == (default != "required")
    if default not in ("", "required"):
        assert default.strip("`") in default_text or f"the stack's `{name}`" in default_text


def test_the_project_file_declares_and_describes_every_setting_with_the_default_it_has() -> None:
    declared = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]
    defaults = {name: entry["default"] for name, entry in declared.items()}
    assert defaults.keys() == StackSettings().model_dump(by_alias=True).keys()
    assert StackSettings.model_validate(defaults) == StackSettings()
    assert all(entry["description"] for entry in declared.values())


def test_the_mistakes_on_the_page_are_reported_as_it_says(checkout: Checkout) -> None:
    token = "ghp_" + "a" * 36
    checkout.add("ai-model", "description: x\nmemorySize: 2 GB\ntimout: 5\n")
    checkout.add("thumbnail", f"description: x\nenvironment:\n  TOKEN: {token}\n")
    checkout.add("upload", "reservedConcurrency: 2\nprovisionedConcurrency: 5\n")
    assert checkout.refusal(modules={"thumbnial": {}}) == MISTAKES.splitlines()
