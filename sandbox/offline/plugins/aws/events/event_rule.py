"""aws:cloudwatch/eventRule:EventRule

It follows the source of the Terraform provider, because there is no recording.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.offline.plugins import naming, planning
from sandbox.offline.plugins.aws.casing import aws_name
from sandbox.offline.plugins.aws.clients import EventBridgeClient
from sandbox.offline.plugins.aws.documents import compact, same_json
from sandbox.offline.plugins.aws.events.names import BUS, NAME, join, split
from sandbox.offline.plugins.aws.resource import AwsCall, AwsResource, Tagging, tag_map
from sandbox.offline.plugins.rules import Property, arn, conflicts_with, json_text, length, one_of
from sandbox.offline.plugins.values import Values

_MAX_PATTERN = 4096
_SETTINGS = ("description", "eventPattern", "roleArn", "scheduleExpression", "state")
_STATES = ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


def _pattern(label: str, value: Any) -> str | None:
    if wrong := json_text(label, value):
        return wrong
    normal = compact(value)
    too_long = len(normal) > _MAX_PATTERN
    return f'"{label}" cannot be longer than {_MAX_PATTERN} characters: "{normal}"' if too_long else None


def _pattern_or_schedule(values: Values) -> Iterable[tuple[str, str]]:
    both = ("eventPattern", "scheduleExpression")
    if not any(name in values for name in both):
        for name in both:
            yield name, f'Missing required argument. "{name}": one of `{",".join(both)}` must be specified'


class EventRule(AwsResource[EventBridgeClient]):
    """Its id is `<name>`, or `<bus>/<name>` for another bus than the default one.

    The official provider waits until a new rule can be read, which the emulator doesn't need. It tries for five minutes
    to delete a rule that has targets; this one reports the error at once.
    """

    token = "aws:cloudwatch/eventRule:EventRule"
    label = "EventBridge Rule"
    service = "events"
    not_found_codes = ("ResourceNotFoundException",)
    tagging = Tagging("ResourceARN")
    generated_name = ("name", 64)
    cross_property_rules = (
        conflicts_with("name", "namePrefix"),
        conflicts_with("isEnabled", "state"),
        _pattern_or_schedule,
    )
    properties: ClassVar = {
        "arn": Property(computed=True),
        "description": Property(valid=length(0, 512)),
        "eventBusName": BUS,
        "eventPattern": Property(json=True, valid=_pattern, normalise=compact, same=same_json),
        "forceDestroy": Property(default=False),
        "isEnabled": Property(),
        "name": Property(computed=True, replaces=True, valid=NAME),
        "namePrefix": Property(computed=True, replaces=True, valid=NAME),
        "roleArn": Property(valid=arn),
        "scheduleExpression": Property(valid=length(0, 256)),
        "state": Property(valid=one_of(*_STATES)),
    }

    def adjust_plan(self, call: AwsCall, state: Values, planned: Values) -> None:
        """A rule that the program doesn't enable or disable stays as it is."""
        super().adjust_plan(call, state, planned)
        given = {"state", "isEnabled"} & planned.keys()
        for name in ("state", "isEnabled"):
            if name in state and not given:
                planned[name] = state[name]

    def api_create(self, call: AwsCall, planned: Values) -> str:
        name = planned.get("name") or naming.from_prefix(planned["namePrefix"])
        self._put(call, name, planned)
        return join("/", planned["eventBusName"], name)

    def api_read(self, call: AwsCall, id: str, state: Values) -> Values | None:
        bus, name = split(id, 1) or ("", id)
        events = self.client(call, state)
        found: Any = events.describe_rule(Name=name, EventBusName=bus)
        return {
            **{name: found.get(aws_name(name, {}), "") for name in _SETTINGS},
            "arn": found["Arn"],
            "eventBusName": bus,
            "isEnabled": found["State"] != "DISABLED",
            "name": name,
            "namePrefix": naming.prefix_of(name),
            "tags": tag_map(events.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]),
        }

    def imported(self, id: str) -> tuple[str, Values] | None:
        return (id, {}) if split(id, 1) else None

    def api_update(self, call: AwsCall, id: str, state: Values, planned: Values) -> None:
        if set(planning.changed(state, planned)) - {"forceDestroy", "tags", "tagsAll"}:
            self._put(call, planned["name"], planned)

    def api_delete(self, call: AwsCall, id: str, state: Values) -> None:
        bus, name = split(id, 1) or ("", id)
        self.client(call, state).delete_rule(Name=name, EventBusName=bus, Force=bool(state.get("forceDestroy")))

    def _put(self, call: AwsCall, name: str, planned: Values) -> None:
        """Sets everything, because a request without a setting removes it."""
        request: Any = {aws_name(name, {}): planned[name] for name in _SETTINGS if planned.get(name)}
        if "state" not in planned and "isEnabled" in planned:
            request["State"] = "ENABLED" if planned["isEnabled"] else "DISABLED"
        self.client(call, planned).put_rule(
            Name=name, EventBusName=planned["eventBusName"], Tags=self.new_tags(planned), **request
        )
