"""What the official provider refuses of a table before it calls AWS."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.offline.plugins.aws.dynamodb.indexes import PROVISIONED, key_schema
from sandbox.offline.plugins.errors import Refused
from sandbox.offline.plugins.values import UNKNOWN, Values, has_unknown

Broken = Iterable[tuple[str, str]]
"""Properties, each with the rule that it breaks."""
_COMBINATION = "Invalid Attribute Combination."
MAX_KEYS = 4
"""How many attributes of one kind the key of an index may have."""


def capacities(values: Values) -> Broken:
    for name, label in (("readCapacity", "read_capacity"), ("writeCapacity", "write_capacity")):
        mode, capacity = values.get("billingMode"), values.get(name)
        if not isinstance(capacity, int) or not isinstance(mode, str):
            continue
        if mode == PROVISIONED and capacity < 1:
            yield name, f'{_COMBINATION} Attribute "{label}" must be at least 1 when "billing_mode" is "{mode}".'
        if mode == "PAY_PER_REQUEST" and capacity != 0:
            yield name, f'{_COMBINATION} Attribute "{label}" cannot be specified when "billing_mode" is "{mode}".'


def stream(values: Values) -> Broken:
    enabled, view = values.get("streamEnabled"), values.get("streamViewType")
    if enabled is None and view and view is not UNKNOWN:
        what = '"stream_enabled" must be specified when "stream_view_type" is specified.'
        yield "streamViewType", f"{_COMBINATION} Attribute {what}"
    if enabled is True and not view:
        what = '"stream_view_type" must be specified when "stream_enabled" is "true".'
        yield "streamEnabled", f"{_COMBINATION} Attribute {what}"


def time_to_live(values: Values) -> Broken:
    ttl = values.get("ttl")
    if not isinstance(ttl, dict) or ttl.get("enabled") is not True:
        return
    if ttl.get("attributeName") is None:
        what = '"ttl[0].attribute_name" must be specified when "ttl[0].enabled" is "true".'
        yield "ttl.enabled", f"{_COMBINATION} Attribute {what}"
    elif ttl["attributeName"] == "":
        what = '"ttl[0].attribute_name" cannot have an empty value when "ttl[0].enabled" is "true"'
        yield "ttl.attributeName", f"Invalid value. Attribute {what}"


def index_keys(values: Values) -> Broken:
    """Each global index has a key in one of two forms."""
    indexes = values.get("globalSecondaryIndexes")
    for number, index in enumerate(indexes if isinstance(indexes, list) else []):
        if not isinstance(index, dict):
            continue
        path, schemas = f"globalSecondaryIndexes[{number}]", index.get("keySchemas")
        if has_unknown([schemas, index.get("hashKey")]):
            continue
        if bool(schemas) == (index.get("hashKey") is not None):
            yield path, f"{_COMBINATION} Exactly one of [key_schema, hash_key] must be specified"
        if schemas and index.get("rangeKey") is not None:
            yield f"{path}.rangeKey", f'{_COMBINATION} Attribute "range_key" cannot be specified with "key_schema".'
        if schemas:
            yield from ((f"{path}.keySchemas", f"Invalid value. {wrong}") for wrong in _wrong_schema(schemas))


def _wrong_schema(schemas: Any) -> Iterator[str]:
    kinds = [schema.get("keyType") for schema in schemas]
    hashes, ranges = kinds.count("HASH"), kinds.count("RANGE")
    if not 1 <= hashes <= MAX_KEYS:
        yield f'it must contain at least 1 and at most {MAX_KEYS} elements with "key_type" "HASH", got {hashes}'
    if ranges > MAX_KEYS:
        yield f'it must contain at most {MAX_KEYS} elements with "key_type" "RANGE", got {ranges}'
    if "HASH" in kinds[kinds.index("RANGE") :] if "RANGE" in kinds else False:
        yield 'all elements with "key_type" "HASH" must be before elements with "key_type" "RANGE"'


RULES = (capacities, stream, time_to_live, index_keys)


def refuse_attributes(state: Values, planned: Values) -> None:
    """Raises Refused unless the attributes are exactly those that a key uses.

    Those of the indexes that the table has now may be among them, but needn't.
    """
    attributes, indexes = planned.get("attributes"), planned.get("globalSecondaryIndexes")
    if has_unknown([attributes, planned.get("hashKey"), planned.get("rangeKey")]):
        return
    existing = _indexed(state.get("globalSecondaryIndexes") or [])
    used = {planned[name] for name in ("hashKey", "rangeKey") if planned.get(name)}
    used |= {index["rangeKey"] for index in planned.get("localSecondaryIndexes") or []}
    used |= _indexed(indexes if isinstance(indexes, list) else [])
    defined = {attribute["name"] for attribute in attributes or []}
    wrong = []
    if unused := sorted(defined - used - existing):
        wrong.append(f"all attributes must be indexed. Unused attributes: {_listed(unused)}")
    if unmatched := sorted(used - existing - defined):
        wrong.append(f"all indexes must match a defined attribute. Unmatched indexes: {_listed(unmatched)}")
    if wrong:
        raise Refused("\n".join(wrong))


def _indexed(indexes: Iterable[Values]) -> set[str]:
    return {key["AttributeName"] for index in indexes for key in key_schema(index)}


def _listed(names: Iterable[str]) -> str:
    return f"[{' '.join(map(json.dumps, names))}]"
