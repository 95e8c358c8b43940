"""aws:iam/getPolicyDocument: builds the text of a policy from its statements, without a call to AWS."""

import json
import zlib
from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.offline.plugins.aws.invoke import AwsFunction
from sandbox.offline.plugins.aws.session import Aws
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import Property, json_text, one_of
from sandbox.offline.plugins.values import Values, known

_VERSION = "2012-10-17"
_PRINCIPAL = {"identifiers": Property(required=True), "type": Property(required=True)}
_STATEMENT = {
    "conditions": Property(nested={name: Property(required=True) for name in ("test", "values", "variable")}),
    "effect": Property(valid=one_of("Allow", "Deny")),
    "notPrincipals": Property(nested=_PRINCIPAL),
    "principals": Property(nested=_PRINCIPAL),
}
_LISTS = {
    "actions": "Action",
    "notActions": "NotAction",
    "resources": "Resource",
    "notResources": "NotResource",
}


class GetPolicyDocument(AwsFunction):
    token = "aws:iam/getPolicyDocument:getPolicyDocument"
    arguments: ClassVar = {
        "overridePolicyDocuments": Property(valid=json_text),
        "policyId": Property(),
        "sourcePolicyDocuments": Property(valid=json_text),
        "statements": Property(nested=_STATEMENT),
        "version": Property(valid=one_of("2008-10-17", _VERSION)),
    }

    def result(self, aws: Aws, arguments: Values) -> Values:
        given = known(arguments)
        statements = [_sorted(each) for each in given.get("statements", [])]
        document = _document(given, statements)
        text = json.dumps(document, indent=2, ensure_ascii=False)
        return {
            **given,
            **({"statements": statements} if statements else {}),
            "id": str(zlib.crc32(text.encode())),
            "json": text,
            "minifiedJson": json.dumps(document, separators=(",", ":"), ensure_ascii=False),
            "version": document["Version"],
        }


def _document(given: Values, statements: list[Values]) -> Values:
    sources = _statements_of(given.get("sourcePolicyDocuments", []))
    merged = _unique([*sources, *(_rendered(each) for each in statements)])
    for override in _unique(_statements_of(given.get("overridePolicyDocuments", []))):
        _override(merged, override)
    named = {"Id": given["policyId"]} if given.get("policyId") else {}
    reported = {"Statement": merged} if merged else {}
    return {"Version": given.get("version") or _VERSION, **named, **reported}


def _sorted(statement: Values) -> Values:
    """Returns a statement as the result repeats it: its sets are sorted, and no property is missing."""
    sets = {name: sorted(statement.get(name, [])) for name in _LISTS}
    principals = {name: _by_type(statement.get(name, [])) for name in ("principals", "notPrincipals")}
    conditions = sorted(statement.get("conditions", []), key=lambda each: (each["test"], each["variable"]))
    effect = statement.get("effect") or "Allow"
    return {"sid": statement.get("sid", ""), "effect": effect, "conditions": conditions, **sets, **principals}


def _by_type(principals: list[Values]) -> list[Values]:
    ordered = sorted(principals, key=lambda each: each["type"])
    return [{"type": each["type"], "identifiers": sorted(each["identifiers"])} for each in ordered]


def _rendered(statement: Values) -> Values:
    """Returns a statement in the form of a policy. The provider writes IAM's `${...}` as `&{...}`."""
    rendered = {"Sid": statement["sid"]} if statement["sid"] else {}
    rendered["Effect"] = statement["effect"]
    rendered |= {name: _one_or_many(statement[key]) for key, name in _LISTS.items() if statement[key]}
    for key, name in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if statement[key]:
            rendered[name] = _principals(statement[key])
    if statement["conditions"]:
        rendered["Condition"] = _conditions(statement["conditions"])
    filled: Values = json.loads(json.dumps(rendered).replace("&{", "${"))
    return filled


def _one_or_many(values: Iterable[str]) -> Any:
    """Sorts in descending order, as the official provider does."""
    ordered = sorted(values, reverse=True)
    return ordered[0] if len(ordered) == 1 else ordered


def _principals(principals: list[Values]) -> Any:
    if principals == [{"type": "*", "identifiers": ["*"]}]:
        return "*"
    types = dict.fromkeys(each["type"] for each in principals)
    return {
        type: _one_or_many(name for each in principals if each["type"] == type for name in each["identifiers"])
        for type in types
    }


def _conditions(conditions: list[Values]) -> Values:
    rendered: dict[str, dict[str, list[str]]] = {}
    for each in conditions:
        rendered.setdefault(each["test"], {}).setdefault(each["variable"], []).extend(each["values"])
    return {
        test: {variable: values[0] if len(values) == 1 else values for variable, values in variables.items()}
        for test, variables in rendered.items()
    }


def _statements_of(documents: list[str]) -> list[Values]:
    """Returns the statements of documents, which Check has validated as JSON."""
    found = [json.loads(each).get("Statement", []) for each in documents if each]
    return [each for statements in found for each in (statements if isinstance(statements, list) else [statements])]


def _unique(statements: list[Values]) -> list[Values]:
    sids = [each["Sid"] for each in statements if each.get("Sid")]
    duplicate = next((sid for sid in sids if sids.count(sid) > 1), None)
    if duplicate:
        raise Refused(f"writing IAM Policy Document: duplicate Sid ({duplicate}). Remove it or make it unique.")
    return statements


def _override(statements: list[Values], override: Values) -> None:
    """Replaces the statement with the same Sid, or appends one."""
    for i, each in enumerate(statements):
        if override.get("Sid") and each.get("Sid") == override["Sid"]:
            statements[i] = override
            return
    statements.append(override)
