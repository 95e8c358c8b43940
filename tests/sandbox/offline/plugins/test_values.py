from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.offline.plugins.values import UNKNOWN, Secret, from_struct, has_unknown, known, to_struct
from tests.sandbox.offline.plugins.engine import struct

_SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.just(UNKNOWN)
_VALUES = st.recursive(
    _SCALARS,
    lambda below: st.lists(below) | st.dictionaries(st.text(), below.filter(lambda value: value is not None)),
)


@settings(max_examples=100)
@given(st.dictionaries(st.text(), _VALUES.filter(lambda value: value is not None)))
def test_values_survive_the_conversion_to_a_struct_and_back(values: dict[str, object]) -> None:
    assert from_struct(to_struct(values)) == values


def test_whole_numbers_are_integers_and_others_are_not() -> None:
    values = from_struct(struct({"whole": 7, "part": 0.1}))
    assert (repr(values["whole"]), repr(values["part"])) == ("7", "0.1")


def test_a_secret_input_is_unwrapped() -> None:
    assert from_struct(struct({"a": {"b": [{"<secret>": "s"}]}})) == {"a": {"b": ["s"]}}


def test_a_secret_output_is_marked_as_secret() -> None:
    assert from_struct(to_struct({"a": Secret("s")})) == {"a": "s"}
    assert to_struct({"a": Secret("s")}) == struct({"a": {"<secret>": "s"}})


def test_a_null_property_is_absent_at_any_depth() -> None:
    given = {"a": None, "b": [None, {"c": None}], "d": {"e": None, "f": {"g": None}}}
    without: dict[str, object] = {"b": [None, {}], "d": {"f": {}}}
    assert from_struct(struct(given)) == without
    assert to_struct(given) == struct(without)


def test_unknowns_are_found_and_left_out_at_any_depth() -> None:
    values = {"a": 1, "b": {"c": UNKNOWN, "d": [UNKNOWN, 2]}, "e": UNKNOWN}
    assert has_unknown(values)
    assert known(values) == {"a": 1, "b": {"d": [2]}}
    assert not has_unknown(known(values))
