import json
from pathlib import Path
from typing import Any

import pytest

from components.image.dockerignore import IgnoreRules, PatternError

RECORDING = Path(__file__).parent / "recordings" / "patternmatcher.json"
CASES: list[dict[str, Any]] = json.loads(RECORDING.read_text(encoding="utf-8"))["cases"]


def ignores(rules: IgnoreRules, path: str) -> bool:
    verdict, parts = rules.top, path.split("/")
    for depth in range(len(parts)):
        verdict = rules.judge("/".join(parts[: depth + 1]), verdict)
    return verdict.ignored


ACCEPTED = [case for case in CASES if "error" not in case]
REFUSED = [case for case in CASES if "error" in case]


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: repr(case["ignoreFile"]))
def test_a_file_is_left_out_exactly_when_docker_leaves_it_out(case: dict[str, Any]) -> None:
    rules = IgnoreRules.parse(case["ignoreFile"])
    assert [path for path in case["sent"] + case["ignored"] if ignores(rules, path)] == case["ignored"]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: repr(case["ignoreFile"]))
def test_an_ignore_file_that_docker_refuses_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(PatternError):
        IgnoreRules.parse(case["ignoreFile"])


@pytest.mark.parametrize(
    ("pattern", "remedy"),
    [
        ("a^b", r"put a backslash before '\^'"),
        ("libstdc++", r"put a backslash before '\+'"),
        ("a (1).txt", r"put a backslash before '\('"),
        ("[[:alpha:]]", r"put a backslash before '\['"),
        ("[a*]", r"put a backslash before '\['"),
        ("**.pyc", r"write '\*\*/\*.pyc' or '\*\*/.pyc'"),
    ],
)
def test_a_pattern_whose_meaning_varies_by_version_is_refused_with_the_remedy(pattern: str, remedy: str) -> None:
    with pytest.raises(PatternError, match=remedy) as refused:
        IgnoreRules.parse(f"*.md\n{pattern}\n")
    assert f"'{pattern}' varies by Docker's version" in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        ("**/*.{spec,test}.ts", ["**/*.spec.ts", "**/*.test.ts"]),
        ("{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]),
        ("src\\tests\\", ["src/tests"]),
        ("build\\output", ["build/output"]),
    ],
)
def test_what_other_tools_read_is_refused_with_what_docker_reads(pattern: str, instead: list[str]) -> None:
    with pytest.raises(PatternError) as refused:
        IgnoreRules.parse(pattern)
    assert str(refused.value).endswith(", ".join(f"'{line}'" for line in instead))
    IgnoreRules.parse("\n".join(instead))


@pytest.mark.parametrize("name", ["a^b", "libstdc++", "a (1).txt", "{x}", "a|b"])
def test_a_backslash_before_each_special_character_gives_it_one_meaning(name: str) -> None:
    rules = IgnoreRules.parse("".join(f"\\{char}" if char in "^+(){}|" else char for char in name))
    assert ignores(rules, name)


def test_names_that_are_no_utf8_are_matched_byte_by_byte() -> None:
    rules = IgnoreRules.parse("caf?\n")
    assert ignores(rules, b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert not ignores(rules, b"caf\xc3\xe9".decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("pattern", ["*a" * 8 + "b", "**/a*" * 8 + "b", "*a" * 1000 + "b", "**/" + "a**/" * 1000 + "b"])
@pytest.mark.parametrize("path", ["a" * 60, "a/" * 60 + "a", "a" * 4000])
def test_no_pattern_takes_long_whatever_it_is_matched_with(pattern: str, path: str) -> None:
    assert not ignores(IgnoreRules.parse(pattern), path)


@pytest.mark.parametrize(
    "pattern",
    ["{a,b}" * 8, "{a,b}" * 10_000, "{" + "," * 60_000, "{a" * 30_000, "{" + "a," * 30_000 + "}", "[" + "a" * 60_000],
)
def test_a_refusal_takes_no_time_either_and_is_short_of_alternatives(pattern: str) -> None:
    with pytest.raises(PatternError) as refused:
        IgnoreRules.parse(pattern)
    assert str(refused.value).count("', '") <= 7


def test_a_thousand_patterns_will_do() -> None:
    assert ignores(IgnoreRules.parse("a\n!b\n" * 500), "a")
    with pytest.raises(PatternError, match="it has 1,002 patterns, and it may have 1,000: join some by wildcards"):
        IgnoreRules.parse("a\n!b\n" * 501)


@pytest.mark.parametrize(
    ("patterns", "folder", "worth"),
    [
        ("*.md\nlib\n", "lib", False),
        ("*\n!lib\n", "lib", False),
        ("*\n!lib/a\n", "lib", True),
        ("*\n!lib/a\n", "lib/b", False),
        ("*\n!lib/a\n", "library", False),
        ("*\n!lib/a\n", "lib/a", False),
        ("*\n!lib/**\n", "lib/a/b", True),
        ("*\n!*/a\n", "lib", True),
        ("*\n!*.py\n", "lib", False),
        ("*\n!**/*.py\n", "lib", True),
    ],
)
def test_an_ignored_folder_is_worth_a_look_if_a_pattern_may_take_back_a_file_in_it(
    patterns: str, folder: str, worth: bool
) -> None:
    assert IgnoreRules.parse(patterns).may_readmit_below(folder) is worth


@pytest.mark.parametrize(
    ("patterns", "is_one"),
    [
        ("*\n!lib\n", True),
        ("# comment\n\n /* \n!lib\n", True),
        ("**\n", True),
        ("lib\n*\n", False),
        ("**/*\n", False),
        ("!*\n", False),
        ("", False),
    ],
)
def test_an_allow_list_begins_by_leaving_out_everything(patterns: str, is_one: bool) -> None:
    assert IgnoreRules.parse(patterns).are_allow_list is is_one
