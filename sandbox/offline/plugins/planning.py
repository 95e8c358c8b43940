"""The plan: the future state of a resource, derived from its current state and the program's inputs.

The rules are those of Terraform, on which the official provider is based. A preview returns the plan, Diff compares it
with the state, and Create, Update and Read reconcile it with what AWS returns.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.offline.plugins.resource import PropertyDiff
from sandbox.offline.plugins.rules import PLAIN, Property, equal, is_zero
from sandbox.offline.plugins.shapes import ANY, Shape
from sandbox.offline.plugins.values import UNKNOWN, Values, has_unknown


def plan(shape: Shape, rules: Mapping[str, Property], state: Values, inputs: Values, creating: bool) -> Values:
    """Returns the planned outputs, without properties that will be absent."""
    planned = {
        name: _planned(shape.properties.get(name, ANY), rule, state.get(name), inputs.get(name), creating)
        for name, rule in rules.items()
    }
    return {name: value for name, value in planned.items() if value is not None}


def _planned(shape: Shape, rule: Property, old: Any, given: Any, creating: bool) -> Any:
    if given is None:
        return _planned_without_input(rule, old, creating)
    if given is UNKNOWN:
        return UNKNOWN
    value = given if has_unknown(given) else rule.normalise(given)
    value = _with_nested(shape, rule, old, value, creating)
    return old if old is not None and rule.same(old, value) else value


def _planned_without_input(rule: Property, old: Any, creating: bool) -> Any:
    if rule.computed:
        return UNKNOWN if creating else old
    if rule.default is not None:
        return rule.default
    return old if is_zero(old) else None


def _with_nested(shape: Shape, rule: Property, old: Any, value: Any, creating: bool) -> Any:
    """Plans the properties of an object, or of the objects in a list."""
    if shape.kind == "object" and isinstance(value, Mapping):
        rules = {name: rule.nested.get(name, PLAIN) for name in shape.properties}
        return plan(shape, rules, dict(old) if isinstance(old, Mapping) else {}, dict(value), creating)
    if shape.kind == "list" and isinstance(value, list):
        olds = old if isinstance(old, list) and len(old) == len(value) else [None] * len(value)
        element = shape.element or ANY
        return [_with_nested(element, rule, before, item, creating) for before, item in zip(olds, value, strict=True)]
    return value


def changed(state: Values, planned: Values) -> list[str]:
    """Returns the sorted names of the properties that differ."""
    return sorted(name for name in {*state, *planned} if not equal(state.get(name), planned.get(name)))


def detail(path: str, old: Any, new: Any, replaces: bool) -> Iterator[tuple[str, PropertyDiff]]:
    """Yields the paths at which two values differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}):
            yield from detail(_child_path(path, name), old.get(name), new.get(name), replaces)
    elif isinstance(old, list) and isinstance(new, list):
        for i, (before, after) in enumerate(zip(old, new, strict=False)):
            yield from detail(f"{path}[{i}]", before, after, replaces)
        yield from ((f"{path}[{i}]", PropertyDiff("delete", replaces)) for i in range(len(new), len(old)))
        yield from ((f"{path}[{i}]", PropertyDiff("add", replaces)) for i in range(len(old), len(new)))
    elif not equal(old, new):
        kind: Any = "add" if old is None else "delete" if new is None else "update"
        yield path, PropertyDiff(kind, replaces)


def _child_path(path: str, name: str) -> str:
    return f"{path}.{name}" if name.isidentifier() else f'{path}["{name}"]'


def reconcile(shape: Shape, rules: Mapping[str, Property], expected: Values, actual: Values, sparse: bool) -> Values:
    """Returns what AWS has in the form of the state.

    A string with the same meaning as the expected one is not changed. With `sparse`, empty lists and maps that were not
    expected are left out, which the official provider does after a create and an update, but not after a Read.
    """
    reconciled = {}
    for name, value in actual.items():
        rule = rules.get(name, PLAIN)
        old, value = expected.get(name), rule.normalise(value) if value is not None else None
        if shape.properties.get(name, ANY).kind == "object" and isinstance(value, Mapping):
            nested = dict(old) if isinstance(old, Mapping) else {}
            value = reconcile(shape.properties[name], rule.nested, nested, dict(value), sparse)
        if value is None or (sparse and value in ([], {}) and old is None):
            continue
        keeps = old is not None and not has_unknown(old) and rule.same is not equal and rule.same(old, value)
        reconciled[name] = old if keeps else value
    return reconciled


def inputs_after_read(shape: Shape, old: Any, actual: Any) -> Any:
    """Returns the inputs that would lead to what was read: the previous inputs with their new values."""
    if shape.kind == "object" and isinstance(old, Mapping) and isinstance(actual, Mapping):
        values = {
            name: inputs_after_read(shape.properties.get(name, ANY), value, actual.get(name))
            for name, value in old.items()
        }
        return {name: value for name, value in values.items() if value is not None}
    if shape.kind == "list" and isinstance(old, list) and isinstance(actual, list) and len(old) == len(actual):
        return [
            inputs_after_read(shape.element or ANY, before, after) for before, after in zip(old, actual, strict=True)
        ]
    return old if actual is not None and equal(old, actual) else actual


def _is_significant(rule: Property, value: Any) -> bool:
    needed = rule.required or any(nested.required for nested in rule.nested.values())
    return not is_zero(value) or (needed and value is not None)


def inputs_of_import(shape: Shape, rules: Mapping[str, Property], actual: Any) -> Any:
    """Returns the inputs that would lead to what was read: all properties that can be set and have a value."""
    if shape.kind == "object" and isinstance(actual, Mapping):
        values = {
            name: inputs_of_import(below, rules.get(name, PLAIN).nested, actual[name])
            for name, below in shape.properties.items()
            if name in actual and _is_significant(rules.get(name, PLAIN), actual[name])
        }
        return values
    if shape.kind == "list" and isinstance(actual, list):
        return [inputs_of_import(shape.element or ANY, rules, item) for item in actual]
    return actual
