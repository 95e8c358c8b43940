import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from components.settings import ModuleSettings, StackSettings
from components.settings.schema import SCHEMA_FILE, below, module_schema, schema_of

PROJECT = Path(__file__).parents[3]
SAMPLES = sorted(PROJECT.glob("modules/*/module.yaml"))


def properties(schema: Any) -> list[dict[str, Any]]:
    """All settings of a schema, its definitions included."""
    parts = [schema, *schema["$defs"].values()]
    return [property for part in parts for property in part.get("properties", {}).values()]


def test_the_committed_schema_is_current() -> None:
    assert SCHEMA_FILE.read_text() == module_schema(), "run `make docs`"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(module_schema()))


@pytest.mark.parametrize("model", [ModuleSettings, StackSettings])
def test_every_setting_is_described(model: Any) -> None:
    assert [property for property in properties(schema_of(model)) if not property.get("description")] == []


@pytest.mark.parametrize("model", [ModuleSettings, StackSettings])
def test_a_description_is_one_line_for_it_is_a_cell_of_a_table(model: Any) -> None:
    assert [property for property in properties(schema_of(model)) if "\n" in property["description"]] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.parent.name)
def test_every_sample_names_the_schema_and_keeps_to_it(sample: Path) -> None:
    first, _ = sample.read_text().split("\n", 1)
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (sample.parent / named).resolve() == SCHEMA_FILE
    Draft202012Validator(json.loads(SCHEMA_FILE.read_text())).validate(yaml.safe_load(sample.read_text()))


@pytest.mark.parametrize(
    "settings",
    [
        {"memorySize": 64},
        {"timeout": "30"},
        {"colour": "red"},
        {"vpc": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}},
        {"triggers": {"queues": {"orders": {"batch": 1}}}},
        {"tags": {"aws:x": "y"}},
    ],
    ids=str,
)
def test_an_editor_sees_mistakes_as_the_program_does(settings: dict[str, Any]) -> None:
    assert not Draft202012Validator(json.loads(module_schema())).is_valid(settings)


def test_an_editor_takes_references_where_the_program_does() -> None:
    reference = "${resources.any.arn}"
    statement = {"actions": ["s3:GetObject"], "resources": [reference], "condition": {"Bool": {"aws:x": reference}}}
    settings = {
        "environment": {"VALUE": reference},
        "secrets": {"KEY": {"existing": reference, "kmsKey": reference}},
        "policies": {"statements": {"Read": statement}, "managed": [reference]},
        "onFailure": {"destination": reference},
        "triggers": {"buckets": {"b": {"existing": reference}}, "topics": {"t": {"existing": reference}}},
        "vpc": {"subnets": [reference, f"{reference}x"], "securityGroups": [reference]},
        "fileSystem": {"accessPoint": reference, "path": "/mnt/x"},
    }
    assert ModuleSettings.model_validate(settings)
    Draft202012Validator(json.loads(module_schema())).validate(settings)
    for other in ({"description": 1}, {"role": reference}, {"triggers": {"topics": {"t": {"existing": "${aws:x}"}}}}):
        assert not Draft202012Validator(json.loads(module_schema())).is_valid(other)


def test_what_is_below_a_path_is_found_through_references_and_entries() -> None:
    queue = below(schema_of(ModuleSettings), ("triggers", "queues", "orders"))
    assert "batchSize" in queue["properties"]
    assert "subnets" in below(schema_of(ModuleSettings), ("vpc",))["properties"]
    assert below(schema_of(ModuleSettings), ("timeout", "x")) == {}
