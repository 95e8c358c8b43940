"""The JSON Schema of `module.yaml`, by which editors complete and check it.

make docs
"""

import ast
import inspect
import json
import textwrap
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from components.settings.document import KeyPath
from components.settings.module import ModuleSettings

SCHEMA_FILE = Path(__file__).parents[2] / "modules" / "module.schema.json"

Schema = Mapping[str, Any]


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(schema_generator=_Described)


def below(schema: Schema, path: KeyPath) -> Schema:
    """The part of a schema for a path; empty if the schema doesn't have the path."""
    part = resolved(schema, schema)
    for step in path:
        entries = next(iter(part.get("patternProperties", {}).values()), part.get("additionalProperties"))
        found = part.get("items") if isinstance(step, int) else part.get("properties", {}).get(step, entries)
        part = resolved(schema, found) if isinstance(found, Mapping) else {}
    return part


def resolved(schema: Schema, part: Schema) -> Schema:
    """A part with its reference replaced, and only the first of its alternatives, because the other is null."""
    for alternatives in ("anyOf", "allOf"):
        if alternatives in part:
            return {**resolved(schema, part[alternatives][0]), **_without(part, alternatives)}
    if "$ref" in part:
        return {**schema["$defs"][part["$ref"].rpartition("/")[2]], **_without(part, "$ref")}
    return part


def _without(part: Schema, key: str) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != key}


class _Described(GenerateJsonSchema):
    """Adds each field's docstring as its description. Pydantic could do so when it creates a model, but that would
    cost every run of the program 40 ms."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        described = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        for field, text in _docstrings(model).items():
            described["properties"][model.model_fields[field].alias]["description"] = text
        return described

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Allow only names that match the pattern."""
        described = super().dict_schema(schema)
        return {**described, "additionalProperties": False} if "patternProperties" in described else described

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(definition, ast.ClassDef)
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in pairwise(definition.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def module_schema() -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema_of(ModuleSettings)}
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(module_schema())
