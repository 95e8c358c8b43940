import os
from pathlib import Path

import pytest

from components.errors import ComponentError
from components.settings.yaml_file import MAX_FILE_BYTES, read_yaml

FILE = Path("module.yaml")


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")


def refusal(content: str | bytes) -> str:
    FILE.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ComponentError) as refused:
        read_yaml(FILE)
    return str(refused.value)


def test_every_key_and_item_has_its_line() -> None:
    FILE.write_text("# comment\nvpc:\n  subnets:\n    - a\n    - b\ntimeout: 5\n")
    document = read_yaml(FILE)
    assert document.values == {"vpc": {"subnets": ["a", "b"]}, "timeout": 5}
    assert document.lines == {
        ("vpc",): 2,
        ("vpc", "subnets"): 3,
        ("vpc", "subnets", 0): 4,
        ("vpc", "subnets", 1): 5,
        ("timeout",): 6,
    }


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    FILE.write_bytes(b"\xef\xbb\xbftimeout: 5\n")
    assert read_yaml(FILE).values == {"timeout": 5}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "module.yaml is empty: write settings, such as `description: ...`, or delete it"),
        ("# only a comment\n", "module.yaml is empty: "),
        ("null\n", "module.yaml is empty: "),
        ("- a\n- b\n", "module.yaml:1: it is not a mapping"),
        ("\njust text\n", "module.yaml:2: it is not a mapping"),
        ("a: 1\nb:\n\tc: 1\n", "module.yaml:3: there is a tab: use spaces"),
        ("a: 1\nb: 2\na: 3\n", "module.yaml:3: 'a' is already set in line 1: keep one"),
        ("a:\n  b: 1\n  b: 1\n", "module.yaml:3: 'b' is already set in line 2: keep one"),
        ("a: [{b: 1, b: 1}]\n", "module.yaml:1: 'b' is already set in line 1: keep one"),
        ("a: 1\n b: 2\n", "module.yaml:2: mapping values are not allowed here; fix it"),
        ("a: &x 1\nb: *x\n", "module.yaml:2: aliases are not supported: write out what it stands for"),
        ("a: !!python/object:os.system {}\n", "module.yaml:1: tags are not supported: write the value alone; fix it"),
        ("a: !!bool perhaps\n", "module.yaml:1: tags are not supported"),
        ("a: 1\nb: 1:30\n", "module.yaml:2: 1:30 is not a number for every YAML parser"),
        ("a: 1:30.5\n", "module.yaml:1: 1:30.5 is not a number for every YAML parser"),
        ("a: 1" + ":30" * 50_000, "module.yaml:1: 1:30:30"),
        ("a: " + "9" * 41, "module.yaml:1: a number may have 40 digits"),
        ("a: 0x" + "f" * 100_000, "module.yaml:1: a number may have 40 digits"),
        ("a:\n  1: b\n", "module.yaml:2: the key 1 is not text: put it in quotes"),
        ("on: b\n", "module.yaml:1: the key on is not text: put it in quotes"),
        ("? [a]\n: 1\n", "module.yaml:1: found unhashable key"),
        ("a: 1\n---\nb: 1\n", "module.yaml:2: but found another document"),
        ("a: 2026-13-45\n", "module.yaml is not valid YAML: month must be in 1..12; fix it"),
        ("[" * 5000, "module.yaml:1: it has more than 50 levels; fix it"),
        ("a: " + "[" * 51 + "]" * 51, "module.yaml:1: it has more than 50 levels; fix it"),
        ("{a: " * 51 + "}" * 51, "module.yaml:1: it has more than 50 levels; fix it"),
        (b"a: 1\nb: \xff\n", "module.yaml:2: it is not UTF-8: save it as UTF-8"),
        (b"a: \x01\n", "module.yaml is not valid YAML: unacceptable character #x0001"),
        (b"a" * 10_000_000, f"module.yaml has 10,000,000 bytes, and it may have {MAX_FILE_BYTES:,}: shorten it"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_can_not_be_read_is_named_with_its_line(content: str | bytes, expected: str) -> None:
    assert refusal(content).startswith(expected)


def test_a_link_out_of_the_checkout_is_refused() -> None:
    Path("../elsewhere.yaml").write_text("timeout: 5\n")
    FILE.symlink_to("../elsewhere.yaml")
    with pytest.raises(ComponentError, match=r"the link 'module\.yaml' leads out of the checkout"):
        read_yaml(FILE)


def test_a_link_within_the_checkout_is_followed() -> None:
    Path("shared.yaml").write_text("timeout: 5\n")
    FILE.symlink_to("shared.yaml")
    assert read_yaml(FILE).values == {"timeout": 5}


@pytest.mark.parametrize(
    "make", [Path.mkdir, os.mkfifo, lambda file: file.symlink_to("nowhere"), lambda file: file.symlink_to(file)]
)
def test_what_is_no_file_is_refused(make: object) -> None:
    assert callable(make)
    make(FILE)
    with pytest.raises(ComponentError, match=r"'module\.yaml' is not a file"):
        read_yaml(FILE)
