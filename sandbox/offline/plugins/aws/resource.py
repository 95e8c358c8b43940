"""The base class of all AWS resource types, with tags, regions, error messages and resources that don't exist."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from sandbox.offline.plugins.aws.failures import code_of, explained
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.resource import Call, ReadResult
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.table_resource import TableResource
from sandbox.offline.plugins.values import UNKNOWN, Values

AwsCall = Call[Aws]
ARN_PATTERN = r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.+"

C = TypeVar("C")
"""The type of a boto3 client, such as mypy_boto3_ecr's ECRClient."""


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@dataclass(frozen=True, kw_only=True)
class Tagging:
    """The operations of a service that change a resource's tags, and their parameters."""

    resource: str = field(kw_only=False)
    """The parameter that identifies the resource, such as `ResourceArn`."""
    by: str = "arn"
    """The property whose value this parameter takes: `arn` or `id`."""
    set: str = "tag_resource"
    remove: str = "untag_resource"
    keys: str = "TagKeys"
    tags: str = "Tags"
    form: Callable[[Mapping[str, str]], Any] = tag_list
    """Returns the tags in the form of requests, by default a list of {Key, Value}."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further parameters of both operations."""


class AwsResource(TableResource[Aws], Generic[C]):
    label: ClassVar[str]
    """The name of the type in messages, such as `ECR Repository`."""
    service: ClassVar[str]
    """boto3's name of the service, such as `ecr`."""
    not_found_codes: ClassVar[tuple[str, ...]]
    """The AWS error codes that mean that the resource doesn't exist."""
    tagging: ClassVar[Tagging | None] = None
    """None if the resource type has no tags."""
    regional: ClassVar[bool] = True
    import_id: ClassVar[str] = ".+"
    """A pattern for the ids that can be imported. With another id, the resource is reported as not existing.

    The official plugin does the same: Terraform's importer refuses such an id, but Pulumi's bridge drops the reason.
    """

    @cached_property
    def rules(self) -> Mapping[str, Property]:
        rules = dict(super().rules)
        if self.regional:
            rules["region"] = Property(computed=True, replaces=True)
        if self.tagging:
            rules |= {"tags": Property(), "tagsAll": Property(computed=True)}
        return rules

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        if planned.get("region", call.session.region) is UNKNOWN:
            planned["region"] = call.session.region
        if self.tagging:
            _plan_tags(state, planned)

    def explaining_errors(self, doing: str, title: str) -> AbstractContextManager[None]:
        return explained(f"{doing} {self.label} ({title})")

    def before_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """Updates the tags, unless the resource was never read after its creation, and so has no ARN in the state."""
        if self.tagging is None:
            return
        changed, removed = _tag_changes(state, planned)
        identifier = {"id": id, **state}.get(self.tagging.by)
        if identifier and (changed or removed):
            self.update_tags(call, identifier, planned, changed, removed)

    def update_tags(
        self, call: AwsCall, identifier: str, planned: Values, changed: dict[str, str], removed: list[str]
    ) -> None:
        """Removes the keys in `removed` and sets the tags in `changed`."""
        assert self.tagging is not None
        client, resource = self.client(call, planned), {self.tagging.resource: identifier, **self.tagging.extra}
        if removed:
            getattr(client, self.tagging.remove)(**resource, **{self.tagging.keys: removed})
        if changed:
            getattr(client, self.tagging.set)(**resource, **{self.tagging.tags: self.tagging.form(changed)})

    def new_tags(self, planned: Values) -> Any:
        """Returns the planned tags in the form of the create request."""
        assert self.tagging is not None
        return self.tagging.form(own_tags(planned.get("tags", {})))

    def imported(self, id: str) -> tuple[str, Values] | None:
        """Returns the resource's id, and what else `api_read` needs of the state, for the id of an import.

        None if the id doesn't match `import_id`.
        """
        return (id, {}) if re.fullmatch(self.import_id, id) else None

    def read(self, call: AwsCall, id: str, inputs: Values, state: Values) -> ReadResult | None:
        if not state:
            if (found := self.imported(id)) is None:
                return None
            id, state = found
        return super().read(call, id, inputs, state)

    def delete(self, call: AwsCall, id: str, old_inputs: Values, state: Values) -> None:
        with self.explaining_errors("deleting", id), self.ignoring_not_found():
            self.api_delete(call, id, state)

    def read_actual(self, call: AwsCall, id: str, state: Values) -> Values | None:
        actual: Values | None = None
        with self.ignoring_not_found():
            actual = self.api_read(call, id, state)
        if actual is not None and "tags" in actual:
            actual["tags"] = own_tags(actual["tags"])
            actual["tagsAll"] = actual["tags"]
        if actual is not None and self.regional:
            actual["region"] = state.get("region", call.session.region)
        return actual

    def client(self, call: AwsCall, values: Values) -> C:
        """Returns the boto3 client for the region of the resource that has these values."""
        client: C = call.session.client(self.service, values.get("region", ""))
        return client

    @contextmanager
    def ignoring_not_found(self) -> Iterator[None]:
        from botocore.exceptions import ClientError

        try:
            yield
        except ClientError as error:
            if code_of(error) not in self.not_found_codes:
                raise


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Returns the tags without those of AWS itself, which can't be set."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def _tag_changes(state: Values, planned: Values) -> tuple[dict[str, str], list[str]]:
    """Returns the tags to set and the keys to remove, so that AWS has the planned tags."""
    before, after = own_tags(state.get("tags") or {}), own_tags(planned.get("tags") or {})
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    return changed, [key for key in before if key not in after]


def tag_map(tags: Any) -> dict[str, str]:
    """Converts a list of {Key, Value}."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def _plan_tags(state: Values, planned: Values) -> None:
    if "tags" not in planned and state.get("tags"):
        planned["tags"] = {}
    if "tags" in planned:
        planned["tagsAll"] = planned["tags"]
