from typing import Any

import pytest
from ministack.services import eventbridge
from pydantic import TypeAdapter, ValidationError

from components.settings.filters import FilterPattern, FilterPolicy, wrong_in, wrong_with_attributes, wrong_with_size

PATTERNS: list[dict[str, Any]] = [
    {"source": ["aws.s3"], "detail": {"bucket": {"name": ["a", "b", None, 1, 2.5, True]}}},
    {"a": [{"prefix": "x"}, {"suffix": {"equals-ignore-case": "x"}}, {"wildcard": r"a*b\*\**c"}]},
    {"a": [{"numeric": ["=", 1]}, {"numeric": [">", 0, "<=", 5.5]}, {"exists": False}, {"cidr": "10.0.0.0/24"}]},
    {"a": [{"anything-but": "x"}, {"anything-but": ["x", "y"]}, {"anything-but": [1, 2]}]},
    {"a": [{"anything-but": {"prefix": "x"}}, {"anything-but": {"wildcard": ["*.x", "*.y"]}}, {"cidr": "2001::/64"}]},
    {"$or": [{"a": ["x"]}, {"b": {"c": [1]}}], "d": ["y"]},
]
WRONG: list[tuple[Any, str]] = [
    ("text", "it should be a mapping"),
    ({}, "it is empty"),
    ({"a": {}}, "a is empty"),
    ({"a": {"b": "open"}}, 'a.b should be a list of values, such as ["open"]'),
    ({"a": []}, "a is empty: name at least one value"),
    ({"a": [["x"]]}, "a.0 should be text, a number"),
    ({"a": [{"prefix": "x", "suffix": "y"}]}, "a.0 should have one operator, and has 2"),
    ({"a": ["x", {"begins": "x"}]}, "a.1 has the operator begins, which doesn't exist: choose one of anything-but, "),
    ({"a": [{"prefix": 1}]}, "a.0.prefix should be text"),
    ({"a": [{"equals-ignore-case": ["x"]}]}, "a.0.equals-ignore-case should be text"),
    ({"a": [{"exists": "yes"}]}, "a.0.exists should be true or false"),
    ({"a": [{"wildcard": "a**"}]}, "a.0.wildcard has ** in it"),
    ({"a": [{"cidr": "10.0.0.1"}]}, "a.0.cidr should be a block of addresses"),
    ({"a": [{"cidr": "10.0.0.1/32"}]}, "a.0.cidr should be a block of addresses"),
    ({"a": [{"numeric": [">", "1"]}]}, 'a.0.numeric has "1", which should be a number'),
    ({"a": [{"numeric": ["!=", 1]}]}, 'a.0.numeric has "!=", which should be one of = < <= > >='),
    ({"a": [{"numeric": ["<", 5, ">", 0]}]}, "a.0.numeric should have the lower limit first"),
    ({"a": [{"numeric": [">", 5, "<", 5]}]}, "a.0.numeric has the lower limit 5"),
    ({"a": [{"numeric": [">"]}]}, "a.0.numeric should be a comparison"),
    ({"a": [{"anything-but": []}]}, "a.0.anything-but should be text or texts"),
    ({"a": [{"anything-but": ["x", 1]}]}, "a.0.anything-but should be text or texts"),
    ({"a": [{"anything-but": {"numeric": ["=", 1]}}]}, "a.0.anything-but should be values, or one of"),
    ({"$or": [{"a": ["x"]}]}, "$or should be a list of two or more mappings"),
    ({"$or": [{"a": ["x"]}, {"b": "y"}]}, '$or.1.b should be a list of values, such as ["y"]'),
    ({"a": {1: ["x"]}}, "a.1 should be text: put the key in quotes"),
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_may_have_all_that_eventbridge_knows(pattern: dict[str, Any]) -> None:
    assert TypeAdapter(FilterPattern).validate_python(pattern) == pattern


@pytest.mark.parametrize(("pattern", "reason"), WRONG, ids=[reason for _, reason in WRONG])
def test_what_aws_refuses_is_refused_with_its_place(pattern: Any, reason: str) -> None:
    ((path, what),) = wrong_in(pattern)
    assert f"{'.'.join(path) or 'it'} {what}".startswith(reason)
    with pytest.raises(ValidationError):
        TypeAdapter(FilterPattern).validate_python(pattern)


def test_the_emulator_agrees_about_each_pattern() -> None:
    """It follows AWS's own matcher of events."""
    for pattern in PATTERNS:
        eventbridge._compile_pattern(pattern)
    for pattern, _ in WRONG:
        if isinstance(pattern, dict) and not any(1 in each for each in pattern.values()):
            with pytest.raises(eventbridge._InvalidPattern):
                eventbridge._compile_pattern(pattern)


def test_a_pattern_is_not_too_large_or_too_deep() -> None:
    for pattern in ({"a": ["x" * 4096]}, *nested(60)):
        with pytest.raises(ValidationError, match=r"may have 4,096|nested too deeply"):
            TypeAdapter(FilterPattern).validate_python(pattern)
    assert TypeAdapter(FilterPolicy).validate_python({"a": ["x" * 4096]})


def nested(levels: int) -> list[Any]:
    pattern: Any = ["x"]
    for _ in range(levels):
        pattern = {"a": pattern}
    return [pattern]


def test_a_policy_for_attributes_has_no_values_below_others() -> None:
    assert wrong_with_attributes({"a": ["x"], "b": [{"exists": True}]}) is None
    assert "values below a" in str(wrong_with_attributes({"a": {"b": ["x"]}}))


def test_a_policy_has_up_to_five_keys_and_150_combinations() -> None:
    assert wrong_with_size({key: ["x"] for key in "abcde"}) is None
    assert wrong_with_size({key: ["x"] for key in "abcdef"}) == "has 6 keys, and may have 5"
    fits = {"a": {"b": {"c": ["1", "2", "3", "4"]}}, "d": {"e": ["1", "2", "3"]}}
    assert wrong_with_size(fits) is None, "4 values three levels down, times 3 values two levels down, are 72"
    assert wrong_with_size({**fits, "f": ["1", "2", "3"]}) == "has 216 combinations of values, and may have 150"
