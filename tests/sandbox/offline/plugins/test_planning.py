from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.offline.plugins.planning import changed, detail, inputs_after_read, plan
from sandbox.offline.plugins.resource import PropertyDiff
from sandbox.offline.plugins.rules import Property, equal
from sandbox.offline.plugins.shapes import Shape
from sandbox.offline.plugins.values import UNKNOWN

TEXT = Shape("string")
SHAPE = Shape(
    "object",
    properties={
        "plain": TEXT,
        "defaulted": TEXT,
        "computed": TEXT,
        "block": Shape("object", properties={"mode": TEXT, "group": TEXT}),
    },
)
RULES = {
    "plain": Property(),
    "defaulted": Property(default="d"),
    "computed": Property(computed=True),
    "block": Property(computed=True, nested={"group": Property(computed=True)}),
}


def test_values_that_aws_chooses_are_unknown_in_the_plan_of_a_create() -> None:
    assert plan(SHAPE, RULES, {}, {"block": {"mode": "m"}}, creating=True) == {
        "defaulted": "d",
        "computed": UNKNOWN,
        "block": {"mode": "m", "group": UNKNOWN},
    }


def test_an_update_keeps_values_that_aws_chose_and_resets_properties_with_a_default() -> None:
    state = {"plain": "p", "defaulted": "x", "computed": "c", "block": {"mode": "m", "group": "g"}}
    planned = plan(SHAPE, RULES, state, {"block": {"mode": "n"}}, creating=False)
    assert planned == {"defaulted": "d", "computed": "c", "block": {"mode": "n", "group": "g"}}
    assert changed(state, planned) == ["block", "defaulted", "plain"]


def test_a_zero_value_and_an_absent_one_are_the_same() -> None:
    planned = plan(SHAPE, RULES, {"plain": "", "defaulted": "d", "computed": "c"}, {}, creating=False)
    assert changed({"plain": "", "defaulted": "d", "computed": "c"}, planned) == []


def test_paths_name_elements_and_odd_keys() -> None:
    old = {"list": ["a", "b"], "map": {"a-b": "1"}}
    new = {"list": ["a", "c", "d"], "map": {}}
    assert dict(detail("p", old, new, replaces=False)) == {
        "p.list[1]": PropertyDiff("update"),
        "p.list[2]": PropertyDiff("add"),
        'p.map["a-b"]': PropertyDiff("delete"),
    }


def test_a_read_changes_given_inputs_only() -> None:
    inputs = {"plain": "p", "block": {"mode": "m"}}
    actual = {"plain": "q", "computed": "c", "block": {"mode": "m", "group": "g"}}
    assert inputs_after_read(SHAPE, inputs, actual) == {"plain": "q", "block": {"mode": "m"}}


_VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(), lambda below: st.lists(below) | st.dictionaries(st.text(), below)
)


@settings(max_examples=100)
@given(_VALUES, _VALUES)
def test_two_values_have_details_only_if_they_differ(old: object, new: object) -> None:
    assert bool(dict(detail("p", old, new, replaces=False))) == (not equal(old, new))
