"""Finds what a reviewer must not miss: public URLs and routes, permissions that are denied or wider, replacements,
deletions and new costs.

Values are shown of policies, principals, retentions and concurrencies. Everything else, which may be secret, is only
named. Pulumi prints secrets as `[secret]`, and values that are known only after the update as UNKNOWN.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from components.json_text import json_text
from components.served import MODULE_TYPE
from delivery.report.markdown import code, codes
from delivery.report.reading import Preview, Step, differing, inputs, state_of
from delivery.unfinished import IMAGE_TYPE, STASH_TYPE, logical_name

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/property-values.json"""
SECRET = "[secret]"
MAX_ACTIONS = 12
"""How many actions of one permission are listed."""

_ROUTINE = (IMAGE_TYPE, STASH_TYPE, "aws:lambda/invocation:Invocation")
"""Types that a new image replaces, without any effect on what is served."""
_POLICIES = ("policy", "assumeRolePolicy")
"""Properties that may have policy documents."""
_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
_CALLER = ("principal", "action", "sourceArn", "sourceAccount", "principalOrgId", "functionUrlAuthType")
"""The properties of a Lambda permission that say who may call a function, and how."""
_LAMBDA = '{"Service":"lambda.amazonaws.com"}'
_PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_BUT = "all but "
"""What the text of a `NotAction` and the like begins with."""
_FOREVER = 0
"""The retention of logs that are never deleted."""


def risks(preview: Preview) -> list[str]:
    """Return one line of Markdown for each finding, without duplicates, the most important kind first."""
    kinds = (_public_urls, _public_routes, _pages, _denied, _roles, _permissions, _replacements, _deletions, _costs)
    return list(dict.fromkeys(line for kind in kinds for line in kind(preview)))


def _line(preview: Preview, step: Step, kind: str, what: str) -> str:
    module = preview.module_of(step["urn"])
    where = f"{code(module)} in" if module else "what all modules share in"
    return f"**{kind}** ({where} {code(preview.stack)}): {what}"


def _changed(preview: Preview, kind: str) -> Iterator[tuple[Step, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield the steps that create or change resources of a type, with the inputs before and after."""
    for step in preview.steps:
        if step["type"] == kind and step["op"] in ("create", "update", "replace"):
            yield step, inputs(step, "old"), inputs(step, "new")


def _public_urls(preview: Preview) -> Iterator[str]:
    for step, old, new in _changed(preview, "aws:lambda/functionUrl:FunctionUrl"):
        if new.get("authorizationType") == "NONE" != old.get("authorizationType"):
            yield _line(preview, step, "Public URL", "anybody may call its function URL, without authorization")


def _public_routes(preview: Preview) -> Iterator[str]:
    """Everybody may call a route of the HTTP API, or what a public route calls."""
    for step, old, new in _changed(preview, "aws:apigatewayv2/route:Route"):
        key = new.get("routeKey")
        if new.get("authorizationType") == "NONE" and _differ(old, new, "authorizationType", "routeKey"):
            yield _line(preview, step, "Public route", f"anybody may call {_shown(key)}, without authorization")


def _pages(preview: Preview) -> Iterator[str]:
    """Web pages of any origin may call a URL or the HTTP API."""
    for step, old, new in _changed(preview, "aws:lambda/functionUrl:FunctionUrl"):
        if "*" in _origins(new.get("cors")) and "*" not in _origins(old.get("cors")):
            yield _line(preview, step, "Web pages", "pages of any origin may call its function URL from a browser")
    for step, old, new in _changed(preview, "aws:apigatewayv2/api:Api"):
        if "*" in _origins(new.get("corsConfiguration")) and "*" not in _origins(old.get("corsConfiguration")):
            yield _line(preview, step, "Web pages", "pages of any origin may call the HTTP API from a browser")


def _origins(cors: Any) -> list[Any]:
    return _listed(cors.get("allowOrigins")) if isinstance(cors, Mapping) else []


def _roles(preview: Preview) -> Iterator[str]:
    """A function runs under a role that the program doesn't create, as those have the function's name."""
    for step, old, new in _changed(preview, "aws:lambda/function:Function"):
        role = new.get("role")
        if role not in (old.get("role"), UNKNOWN) and not str(role).endswith(f":role/{new.get('name')}"):
            yield _line(preview, step, "Role", f"runs under {_shown(role)}, whose permissions this report can't show")


def _denied(preview: Preview) -> Iterator[str]:
    for module, lines in preview.denied.items():
        what = codes(lines, MAX_ACTIONS)
        yield f"**Denied** ({code(module)} in {code(preview.stack)}): the permissions boundary doesn't allow {what}"


def _replacements(preview: Preview) -> Iterator[str]:
    for step in preview.steps:
        if step["op"] == "replace" and step["type"] not in _ROUTINE:
            yield _line(preview, step, "Replacement", f"{_resource(step)} is deleted and created again")


def _deletions(preview: Preview) -> Iterator[str]:
    gone = {module for module, op in preview.modules.items() if op == "delete"}
    for step in preview.steps:
        if step["op"] != "delete" or state_of(step).get("retainOnDelete"):
            continue
        if step["type"] == MODULE_TYPE:
            yield _line(preview, step, "Deletion", "the whole module, except for what the table says is kept")
        elif (
            state_of(step).get("custom") and step["type"] not in _ROUTINE and preview.module_of(step["urn"]) not in gone
        ):
            yield _line(preview, step, "Deletion", _resource(step))


def _costs(preview: Preview) -> Iterator[str]:
    for step, old, new in _changed(preview, "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"):
        key = "provisionedConcurrentExecutions"
        if _more(old.get(key, 0), new.get(key)):
            yield _line(
                preview, step, "Cost", f"provisioned concurrency {_number(old.get(key, 0))} -> {_number(new[key])}"
            )
    for step, old, new in _changed(preview, "aws:cloudwatch/logGroup:LogGroup"):
        before, after = old.get("retentionInDays", _FOREVER), new.get("retentionInDays", _FOREVER)
        if step["op"] != "create" and before != _FOREVER and (after == _FOREVER or _more(before, after)):
            yield _line(preview, step, "Cost", f"logs are kept longer: {_days(before)} -> {_days(after)}")

    for step, old, new in _changed(preview, "aws:lambda/functionRecursionConfig:FunctionRecursionConfig"):
        if new.get("recursiveLoop") == "Allow" != old.get("recursiveLoop"):
            yield _line(preview, step, "Cost", "Lambda no longer stops events that go round in a loop")


def _more(before: object, after: object) -> bool:
    """Return whether a number grows, or whether it can't be excluded because one is unknown."""
    numbers = all(isinstance(number, int | float) for number in (before, after))
    return after > before if numbers else before != after  # type: ignore[operator]


def _number(number: object) -> str:
    return code(number) if isinstance(number, int | float) else "an unknown number"


def _days(number: object) -> str:
    return "forever" if number == _FOREVER else f"{_number(number)} days"


def _resource(step: Step) -> str:
    return f"{code(logical_name(step['urn']))} ({code(step['type'])})"


def _permissions(preview: Preview) -> Iterator[str]:
    for step in preview.steps:
        gone = preview.modules.get(preview.module_of(step["urn"])) == "delete"
        if step["op"] in ("create", "update", "replace", "delete") and not gone:
            for what in _wider(step):
                yield _line(preview, step, "Permissions", what)


def _wider(step: Step) -> Iterator[str]:
    old, new = inputs(step, "old"), inputs(step, "new")
    for name in _POLICIES:
        before, after = old.get(name), new.get(name)
        if before == after and not (before == SECRET and name in differing(step)):
            continue
        if step["op"] != "delete" and {SECRET, UNKNOWN} & {str(before), str(after)}:
            yield f"the {code(name)} of {_subject(step)} changes, but is secret or known only after the update"
        else:
            yield from _widened(_read(before), _read(after), _subject(step))
    if step["op"] == "update" and old.get("permissionsBoundary") != new.get("permissionsBoundary"):
        yield f"the permissions boundary of {code(logical_name(step['urn']))} changes"
    if step["op"] == "delete":
        return
    if step["type"] == "aws:iam/rolePolicyAttachment:RolePolicyAttachment" and _differ(old, new, "policyArn"):
        yield f"its role gets the managed policy {_shown(new.get('policyArn'))}"
    if step["type"] == "aws:lambda/permission:Permission" and _differ(old, new, *_CALLER):
        source = f" for {_shown(new['sourceArn'])}" if "sourceArn" in new else ""
        yield f"{_shown(new.get('principal'))} may now {_shown(new.get('action'))}{source}"


def _differ(old: Mapping[str, Any], new: Mapping[str, Any], *names: str) -> bool:
    return any(old.get(name) != new.get(name) for name in names)


def _subject(step: Step) -> str:
    """A role has its permissions in two policies: the same line for both is shown once."""
    return "its role" if step["type"] == _ROLE_POLICY else code(logical_name(step["urn"]))


def _shown(value: object) -> str:
    return "what is not yet known" if value == UNKNOWN else "what is secret" if value == SECRET else code(value)


@dataclass(frozen=True)
class Grant:
    """What one statement says about one action and one resource. Texts of a statement without them are empty."""

    effect: str
    principal: str
    action: str
    resource: str
    condition: str

    @property
    def is_needed(self) -> bool:
        """Whether Lambda itself needs this for any function: to assume its role, and to pull the images of some."""
        pull = self.action in _PULL and self.condition != ""
        return self.principal == _LAMBDA and (self.action == "sts:AssumeRole" or pull)

    def covers(self, other: "Grant") -> bool:
        """Return whether everything that the other says follows from this one."""
        return (
            (self.effect, self.principal) == (other.effect, other.principal)
            and self.condition in ("", other.condition)
            and _matches(self.action.lower(), other.action.lower())
            and _matches(self.resource, other.resource)
        )


def _matches(pattern: str, text: str) -> bool:
    """Return whether a pattern of a policy matches all that another pattern matches. May miss that it does."""
    if _BUT in (pattern[: len(_BUT)], text[: len(_BUT)]):
        return pattern in ("*", text)
    parts = {"*": ".*", "?": "[^*]"}
    return re.fullmatch("".join(parts.get(char) or re.escape(char) for char in pattern), text, re.DOTALL) is not None


def _read(document: object) -> list[Grant]:
    """Return what a policy grants. Other documents, such as a lifecycle policy, grant nothing."""
    if isinstance(document, str):
        with suppress(ValueError):
            document = json.loads(document)
    if not isinstance(document, Mapping):
        return []
    return [grant for statement in _listed(document.get("Statement")) for grant in _granted(statement)]


def _granted(statement: Any) -> Iterator[Grant]:
    if not isinstance(statement, Mapping):
        return
    principal, condition = _side(statement, "Principal", json_text), _side(statement, "Condition", json_text)
    for action in _side(statement, "Action", str):
        for resource in _side(statement, "Resource", str):
            yield Grant(str(statement.get("Effect")), ", ".join(principal), action, resource, ", ".join(condition))


def _side(statement: Mapping[str, Any], key: str, text: Callable[[Any], str]) -> list[str]:
    """Return the values of `Action` or `NotAction` and the like as texts. One empty text if it has neither."""
    values = [text(value) for value in _listed(statement.get(key))]
    return [*values, *(f"{_BUT}{text(value)}" for value in _listed(statement.get(f"Not{key}")))] or [""]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _widened(before: list[Grant], after: list[Grant], subject: str) -> Iterator[str]:
    allowed = _beyond([grant for grant in after if grant.effect == "Allow"], before)
    yield from _described(allowed, subject, "may now", "now allows")
    permitted = _beyond([grant for grant in before if grant.effect == "Deny"], after)
    yield from _described(permitted, subject, "is no longer denied", "no longer denies")


def _beyond(grants: Iterable[Grant], known: list[Grant]) -> list[Grant]:
    return [grant for grant in grants if not grant.is_needed and not any(each.covers(grant) for each in known)]


def _described(grants: Iterable[Grant], subject: str, of_role: str, of_resource: str) -> Iterator[str]:
    """Yield one line for all actions with the same resource, principal and condition."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for grant in grants:
        grouped.setdefault((grant.principal, grant.resource, grant.condition), []).append(grant.action)
    for (principal, resource, condition), actions in grouped.items():
        what = codes(sorted(set(actions)), MAX_ACTIONS)
        to = f" {code(principal)} to" if principal else ""
        on = f" on {code(resource)}" if resource else ""
        verb = of_resource if principal else of_role
        yield f"{subject} {verb}{to} {what}{on}" + (" under a condition" if condition else "")
