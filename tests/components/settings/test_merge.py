"""Properties of merging that hold for settings of any kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from components.settings.merge import completed, overridden

KEYS = st.sampled_from("abcd")
LEAVES = st.booleans() | st.integers() | st.text() | st.lists(st.integers(), max_size=2)
Settings = dict[str, Any]


def mappings(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Settings]:
    return st.dictionaries(KEYS, st.recursive(leaves, lambda below: st.dictionaries(KEYS, below), max_leaves=6))


OWN = mappings(LEAVES)
OVERRIDES = mappings(LEAVES | st.none())


def leaves(settings: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def shuffled(settings: Settings) -> Settings:
    turned = reversed(settings.items())
    return {key: shuffled(value) if isinstance(value, dict) else value for key, value in turned}


def at(settings: Any, path: tuple[str, ...]) -> Any:
    """None where there is nothing, as an override says it."""
    for key in path:
        settings = settings.get(key) if isinstance(settings, Mapping) else None
    return settings


@given(OWN, OVERRIDES)
def test_the_order_of_keys_never_matters(own: Settings, override: Settings) -> None:
    assert overridden(own, override) == overridden(shuffled(own), shuffled(override))


@given(OWN, OVERRIDES)
def test_the_override_always_wins_and_null_removes(own: Settings, override: Settings) -> None:
    merged = overridden(own, override)
    for path, value in leaves(override):
        assert at(merged, path) == value


@given(OWN, OVERRIDES)
def test_nothing_else_is_lost(own: Settings, override: Settings) -> None:
    merged = overridden(own, override)
    for path, value in leaves(own):
        overrides = [at(override, path[:end]) for end in range(1, len(path) + 1)]
        touched = any(part is not None and not isinstance(part, Mapping) for part in overrides)
        removed = any(path[: len(other)] == other for other, it in leaves(override) if it is None)
        replaced = isinstance(at(override, path), Mapping)
        if not (touched or removed or replaced):
            assert at(merged, path) == value


@given(OWN, OVERRIDES)
def test_nothing_is_added_that_neither_has(own: Settings, override: Settings) -> None:
    paths = {path for path, _ in leaves(own)} | {path for path, _ in leaves(override)}
    assert {path for path, _ in leaves(overridden(own, override))} <= paths


@given(OWN, OVERRIDES)
def test_an_override_that_is_applied_twice_is_the_same_as_once(own: Settings, override: Settings) -> None:
    once = overridden(own, override)
    assert overridden(once, override) == once


@given(OWN)
def test_no_override_changes_nothing(own: Settings) -> None:
    assert overridden(own, {}) == own


@given(OWN, OVERRIDES)
def test_what_is_merged_stays_as_it_was(own: Settings, override: Settings) -> None:
    before = repr((own, override))
    overridden(own, override)
    assert repr((own, override)) == before


@given(OWN, OWN)
def test_what_is_set_wins_over_defaults(own: Settings, defaults: Settings) -> None:
    whole = completed(own, defaults)
    assert whole.keys() == own.keys() | defaults.keys()
    for key, value in own.items():
        if not (isinstance(value, Mapping) and isinstance(defaults.get(key), Mapping)):
            assert whole[key] == value


def test_entries_of_a_mapping_each_have_their_default() -> None:
    assert completed({"tags": {"a": "own"}}, {"tags": {"a": "default", "b": "default"}}) == {
        "tags": {"a": "own", "b": "default"}
    }
