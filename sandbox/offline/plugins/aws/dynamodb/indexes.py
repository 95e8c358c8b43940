"""The indexes of a table: their plan, their form in the API, and how an update changes them.

Terraform has sets of indexes and of their attributes, so their order has no meaning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.rules import equal
from sandbox.offline.plugins.values import UNKNOWN, Values, has_unknown, known

PROVISIONED = "PROVISIONED"
_KEYS = {"hashKey": "HASH", "rangeKey": "RANGE"}
_CAPACITIES = ("readCapacity", "writeCapacity")


@dataclass
class IndexChanges:
    """The names of indexes to delete, and the requests that change and create others."""

    deleted: list[str] = field(default_factory=list)
    updated: list[Any] = field(default_factory=list)
    created: list[Any] = field(default_factory=list)


def same_indexes(old: Any, new: Any) -> bool:
    """Return whether two lists have the same indexes, in any order, with the same attributes in any order."""
    if has_unknown(old) or has_unknown(new) or len(old) != len(new):
        return False
    before = {index["name"]: index for index in old}
    return all(index["name"] in before and _same_index(before[index["name"]], index) for index in new)


def _same_index(old: Values, new: Values) -> bool:
    def comparable(index: Values) -> Values:
        return {**index, "nonKeyAttributes": sorted(index.get("nonKeyAttributes") or [])}

    return equal(comparable(old), comparable(new))


def completed(given: Sequence[Values], state: Sequence[Values]) -> list[Values]:
    """Return planned global indexes with what AWS chooses: the values in the state, or unknown ones.

    A key is given as `hashKey` and `rangeKey`, or as `keySchemas`. AWS returns both.
    """
    before = {index["name"]: index for index in state}
    return [_completed(index, before.get(index["name"])) for index in given]


def _completed(index: Values, old: Values | None) -> Values:
    result = {**index, **{name: _chosen(index.get(name), old, name) for name in _CAPACITIES}}
    by_schema = bool(index.get("keySchemas"))
    if old is not None and key_schema(index) == key_schema(old):
        derived = ("hashKey", "rangeKey") if by_schema else ("keySchemas",)
        return {**result, **{name: old[name] for name in derived if old.get(name) and not index.get(name)}}
    return {**result, "hashKey" if by_schema else "keySchemas": UNKNOWN}


def _chosen(given: Any, old: Values | None, name: str) -> Any:
    return given or (UNKNOWN if old is None else old.get(name, 0))


def key_schema(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the key of a table or an index as the API takes it."""
    schemas = values.get("keySchemas")
    if schemas and schemas is not UNKNOWN:
        return [{"AttributeName": each["attributeName"], "KeyType": each["keyType"]} for each in schemas]
    return [{"AttributeName": values[name], "KeyType": kind} for name, kind in _KEYS.items() if values.get(name)]


def key_of(schema: Sequence[Mapping[str, str]]) -> Values:
    """Return `hashKey` and `rangeKey` of a key in a response. A key with several of one kind has neither for it."""
    found = {name: [key["AttributeName"] for key in schema if key["KeyType"] == kind] for name, kind in _KEYS.items()}
    return {name: names[0] for name, names in found.items() if len(names) == 1}


def throughput(values: Mapping[str, Any], minimum: int = 0) -> dict[str, int]:
    read, write = (values.get(name) or minimum for name in _CAPACITIES)
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def local_index(index: Values, hash_key: str) -> Any:
    return {
        "IndexName": index["name"],
        "KeySchema": key_schema({"hashKey": hash_key, "rangeKey": index["rangeKey"]}),
        "Projection": _projection(index),
    }


def global_index(index: Values, billing_mode: str) -> Any:
    """Return a request that creates an index. Raises Refused if it needs a capacity and has none."""
    _check_throughput(index, billing_mode)
    capacity = {"ProvisionedThroughput": throughput(index)} if billing_mode == PROVISIONED else {}
    return {
        "IndexName": index["name"],
        "KeySchema": key_schema(index),
        "Projection": _projection(index),
        **capacity,
    }


def _check_throughput(index: Values, billing_mode: str) -> None:
    for name in ("writeCapacity", "readCapacity"):
        if billing_mode == PROVISIONED and (index.get(name) or 0) < 1:
            what = name.removesuffix("Capacity")
            raise Refused(f"{what} capacity must be > 0 when billing mode is {PROVISIONED}")


def _projection(index: Values) -> Any:
    others = index.get("nonKeyAttributes")
    return {"ProjectionType": index["projectionType"], **({"NonKeyAttributes": others} if others else {})}


def from_description(index: Any) -> Values:
    """Return an index in a response of DescribeTable."""
    projection, capacity = index["Projection"], index.get("ProvisionedThroughput", {})
    return {
        "name": index["IndexName"],
        **key_of(index["KeySchema"]),
        "keySchemas": [
            {"attributeName": key["AttributeName"], "keyType": key["KeyType"]} for key in index["KeySchema"]
        ],
        "projectionType": projection["ProjectionType"],
        "nonKeyAttributes": projection.get("NonKeyAttributes", []),
        "readCapacity": capacity.get("ReadCapacityUnits", 0),
        "writeCapacity": capacity.get("WriteCapacityUnits", 0),
    }


def changes(old: Sequence[Values], new: Sequence[Values], billing_mode: str) -> IndexChanges:
    """Return how to get from some global indexes to others. Only the capacity of an index can change in place.

    Raises Refused if an index needs a capacity and has none.
    """
    found = IndexChanges()
    before, after = ({index["name"]: known(index) for index in indexes} for indexes in (old, new))
    for index in after.values():
        _check_throughput(index, billing_mode)
    found.created = [global_index(index, billing_mode) for name, index in after.items() if name not in before]
    for name, index in before.items():
        if name not in after or not _same_index(_fixed(index), _fixed(after[name])):
            found.deleted.append(name)
        elif billing_mode == PROVISIONED and throughput(index) != throughput(after[name]):
            found.updated.append({"IndexName": name, "ProvisionedThroughput": throughput(after[name])})
        if name in found.deleted and name in after:
            found.created.append(global_index(after[name], billing_mode))
    return found


def _fixed(index: Values) -> Values:
    """Return what of an index can't change."""
    return {
        "key": key_schema(index),
        "projectionType": index["projectionType"],
        "nonKeyAttributes": index.get("nonKeyAttributes"),
    }
