"""What the README says of settings and commands is what there is."""

import re
from pathlib import Path

from pydantic.alias_generators import to_camel

from components.settings import StackSettings

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()


def rows(header: str) -> list[list[str]]:
    """The cells of the table whose first heading this is."""
    table = README.split(f"| {header} |", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def test_every_setting_is_described_with_its_default() -> None:
    described = {row[0].strip("` |"): row[2].strip("`") for row in rows("`lambda-images:`")}
    defaults = {
        to_camel(name): field.get_default(call_default_factory=True)
        for name, field in StackSettings.model_fields.items()
    }
    assert described.keys() == defaults.keys()
    for name, default in defaults.items():
        assert described[name] == (str(default).lower() if default not in ("", {}) else "none"), name


def test_every_make_target_of_a_users_is_described() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    described = set(re.findall(r"^\| `make ([a-z]+)", README, re.MULTILINE))
    assert targets - described == {"help", "lint", "format", "lock"}
    assert described <= targets
