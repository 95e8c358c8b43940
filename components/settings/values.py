"""What settings are made of: the base of all models, and the types that explain themselves when a value is none."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Settings(BaseModel):
    """Keys are camelCase, as in Pulumi's configuration. The docstring below a field is its description to users."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        populate_by_name=True,
    )


@dataclass(frozen=True)
class Range:
    """A whole number, the ends included."""

    low: int
    high: int
    unit: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        limits: JsonSchemaValue = {"type": "integer", "minimum": self.low, "maximum": self.high}
        return {**limits, "unit": self.unit} if self.unit else limits

    def _check(self, value: Any) -> int:
        if type(value) is int and self.low <= value <= self.high:
            return value
        raise ValueError(f"it should be a whole number from {self.low} to {self.high} {self.unit}".rstrip())


@dataclass(frozen=True)
class Form:
    """Text that a regular expression matches as a whole."""

    pattern: str
    words: str
    """What it is, with an example."""

    @property
    def or_empty(self) -> "Form":
        return Form(f"|{self.pattern}", f"{self.words}, or empty")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^({self.pattern})$"}

    def _check(self, value: Any) -> str:
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value
        raise ValueError(f"it should be {self.words}")


def _json(value: Any) -> Any:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"it should be what JSON can say (dates go in quotes): {error}") from error
    return value


JsonDocument = Annotated[Any, AfterValidator(_json)]

NAME = Form("[a-z][a-z0-9]*(-[a-z0-9]+)*", "lower-case letters, digits and single hyphens, such as 'new-orders'")
Name = Annotated[str, NAME]


def arn(service: str, resource: str, words: str) -> Form:
    """An ARN's form; `resource` is the regular expression of its last part."""
    return Form(f"arn:aws[a-z-]*:{service}:[a-z0-9-]*:[0-9]*:{resource}", words)
