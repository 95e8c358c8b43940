"""What all AWS resource types share: tags, the region, clear errors, and that a gone thing is no error."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Any, ClassVar

from sandbox.offline.plugins.aws.failures import code_of, explained
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.declared import Declared
from sandbox.offline.plugins.resource import Call, Found
from sandbox.offline.plugins.rules import Property
from sandbox.offline.plugins.values import UNKNOWN, Values

AwsCall = Call[Aws]
AN_ARN = r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.+"


class AwsResource(Declared[Aws]):
    label: ClassVar[str]
    """What messages call it, such as `ECR Repository`."""
    gone: ClassVar[tuple[str, ...]]
    """Error codes that say it isn't there."""
    regional: ClassVar[bool] = True
    tagged: ClassVar[bool] = True
    tagged_by: ClassVar[str] = "arn"
    """The property by which tags find the thing: `arn` or `id`."""

    import_id: ClassVar[str] = ".+"
    """A pattern for the ids that an import takes. There is no thing of any other id.

    So the official plugin answers: Terraform's importer refuses such an id with a reason, which Pulumi's bridge drops.
    """

    @cached_property
    def rules(self) -> Mapping[str, Property]:
        rules = dict(super().rules)
        if self.regional:
            rules["region"] = Property(computed=True, replaces=True)
        if self.tagged:
            rules |= {"tags": Property(), "tagsAll": Property(computed=True)}
        return rules

    def customise(self, call: AwsCall, state: Values, planned: Values) -> None:
        if planned.get("region", call.session.region) is UNKNOWN:
            planned["region"] = call.session.region
        if self.tagged:
            _plan_tags(state, planned)

    def attempting(self, doing: str, thing: str) -> AbstractContextManager[None]:
        return explained(f"{doing} {self.label} ({thing})")

    def change_first(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        """The tags. A thing that was made but never read has no ARN yet: its tags stay as they are."""
        changed, removed = _tag_changes(state, planned) if self.tagged else ({}, [])
        thing = {"id": id, **state}.get(self.tagged_by)
        if thing and (changed or removed):
            self.tag(call, thing, planned, changed, removed)

    def tag(self, call: AwsCall, thing: str, planned: Values, changed: dict[str, str], removed: list[str]) -> None:
        """Set those tags, and remove those keys."""
        raise NotImplementedError(f"{self.token} has no tags")

    def read(self, call: AwsCall, id: str, inputs: Values, state: Values) -> Found | None:
        if not state and not re.fullmatch(self.import_id, id):
            return None
        return super().read(call, id, inputs, state)

    def delete(self, call: AwsCall, id: str, old_inputs: Values, state: Values) -> None:
        with self.attempting("deleting", id), self.unless_gone():
            self.remove(call, id, state)

    def fetch(self, call: AwsCall, id: str, state: Values) -> Values | None:
        actual: Values | None = None
        with self.unless_gone():
            actual = self.describe(call, id, state)
        if actual is not None and "tags" in actual:
            actual["tags"] = own_tags(actual["tags"])
            actual["tagsAll"] = actual["tags"]
        if actual is not None and self.regional:
            actual["region"] = state.get("region", call.session.region)
        return actual

    @abstractmethod
    def describe(self, call: AwsCall, id: str, state: Values) -> Values | None:
        """What AWS tells about the thing; raises the AWS error, or gives None, when it is gone."""

    def client(self, service: str, call: AwsCall, values: Values) -> Any:
        """The client of a service in the region of the thing that has these values."""
        return call.session.client(service, values.get("region", ""))

    @contextmanager
    def unless_gone(self) -> Iterator[None]:
        from botocore.exceptions import ClientError

        try:
            yield
        except ClientError as error:
            if code_of(error) not in self.gone:
                raise


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Without AWS's own tags, which can't be set."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def _tag_changes(state: Values, planned: Values) -> tuple[dict[str, str], list[str]]:
    """The tags to set and the keys to remove, so that AWS has the planned ones."""
    before, after = own_tags(state.get("tags") or {}), own_tags(planned.get("tags") or {})
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    return changed, [key for key in before if key not in after]


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: Any) -> dict[str, str]:
    """The tags of a list of {Key, Value}."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def _plan_tags(state: Values, planned: Values) -> None:
    if "tags" not in planned and state.get("tags"):
        planned["tags"] = {}
    if "tags" in planned:
        planned["tagsAll"] = planned["tags"]
