"""The base class of all settings models, and types whose errors say what a value should be."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from components.settings.references import Field


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
    """A whole number from `low` to `high`, both included."""

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
    """Text that a regular expression matches in full."""

    pattern: str
    words: str
    """A description for messages, with an example."""

    @property
    def or_empty(self) -> "Form":
        return Form(f"|{self.pattern}", f"{self.words}, or empty")

    def or_reference(self, *, variables: bool = False, must_exist: bool = False) -> "Referable":
        """The form of a text that may have references, and has this form once they are replaced.

        `variables`, `must_exist`: see `components.settings.references.Field`.
        """
        return Referable(Field(form=self, variables=variables, must_exist=must_exist))

    @property
    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^({self.pattern})$"}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return self.schema

    def check(self, value: Any) -> str:
        """Return the value. Raises ValueError unless it has the form."""
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value
        raise ValueError(f"it should be {self.words}")


@dataclass(frozen=True)
class Referable:
    """Text that may have references (`components.settings.references`)."""

    field: Field

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        if self.field.form is TEXT:
            return {"type": "string"}
        return {"anyOf": [getattr(self.field.form, "schema", {}), {"type": "string", "pattern": r"\$\{[^{}:]+\}"}]}

    def check(self, value: Any) -> str:
        """Return a text without references, or a `ReferringText`. Raises ValueError."""
        return self.field.read(value) if isinstance(value, str) else self.field.form.check(value)


TEXT = Form(r"[\s\S]*", "text: put numbers, dates, yes and no in quotes")


@dataclass(frozen=True)
class Distinct:
    """A list without duplicates."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "uniqueItems": True}

    def _check(self, items: list[Any]) -> list[Any]:
        for item, times in Counter(items).items():
            if times > 1:
                raise ValueError(f"it has {item} twice: remove one")
        return items


DISTINCT = Distinct()


def json_value(value: Any) -> Any:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"it should be a value that JSON has (put dates in quotes): {error}") from error
    return value


JsonDocument = Annotated[Any, AfterValidator(json_value)]

_PARTITION = "arn:aws(-[a-z]+)*"

NAME = Form("[a-z][a-z0-9]*(-[a-z0-9]+)*", "lower-case letters, digits and single hyphens, such as 'new-orders'")
Name = Annotated[str, NAME]


def arn(service: str, resource: str, words: str) -> Form:
    """The form of an ARN with an account and a Region; `resource` is the regular expression of its last part."""
    return Form(f"{_PARTITION}:{service}:[a-z]+(-[a-z]+)+-[0-9]+:[0-9]{{12}}:{resource}", words)


KMS_KEY_ARN = arn("kms", "key/[a-z0-9-]+", "the ARN of a KMS key")

BUCKET_NAME = r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
"""The pattern of a bucket's name."""

OBJECT_KEY_PART = Form(
    r"[^*?$]{0,1024}", "part of an object's key: up to 1,024 characters, which S3 compares as they are, no wildcards"
)


def name_or_arn(service: str, name: str, resource: str, words: str) -> "Referable":
    """The form of a setting that names a resource without wildcards: by its name in the stack's own account and Region,
    or by its ARN. `name` and `resource` are patterns, of the name and of the last part of the ARN."""
    where = "::" if service == "s3" else "[a-z]+(-[a-z]+)+-[0-9]+:[0-9]{12}:"
    return Form(f"{name}|{_PARTITION}:{service}:{where}{resource}", f"the name or the ARN of {words}").or_reference()


POLICY_ARN = Form(
    f"{_PARTITION}:iam::(aws|[0-9]{{12}}):policy/.+",
    "the ARN of a policy, such as 'arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess'",
)
"""The ARN of a customer-managed or AWS-managed policy."""

ROLE_ARN = Form(
    f"{_PARTITION}:iam::[0-9]{{12}}:role/[A-Za-z0-9_+=,.@/-]+",
    "the ARN of a role, such as 'arn:aws:iam::123456789012:role/team/orders'",
)

_VARIABLE = r"\$\{[^}]+\}"
RESOURCE = Form(
    rf"\*|arn:(aws[a-z-]*\*?|\*):[a-z0-9-]+:([a-z0-9*?-]|{_VARIABLE})*:([a-z0-9*?-]|{_VARIABLE})*:.+",
    "'*' or an ARN, with or without wildcards, such as 'arn:aws:s3:::my-bucket/*'",
)
"""The resource of a statement, which may have variables such as `${aws:PrincipalAccount}`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""
