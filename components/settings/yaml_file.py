"""Reads YAML strictly, with the line of every key."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from components.errors import ComponentError
from components.files.checkout import read
from components.printable import printable
from components.settings.document import Document, KeyPath

MAX_FILE_BYTES = 256 * 1024
"""The limit of a file."""
_MAX_LEVELS = 50
"""Levels that a document may have."""
_MAX_DIGITS = 40
"""Characters that a number may have. Converting a longer one to text is slow, and Python refuses 4,300 digits."""
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_TEXT = "tag:yaml.org,2002:str"


def read_yaml(file: Path) -> Document:
    """Read the mapping in a file of the checkout, the current folder. Raises ComponentError that names the line."""
    return _read(_text(file), printable(file))


@functools.lru_cache(maxsize=16)  # a command reads Pulumi.yaml and the stack's file several times
def _read(text: str, name: str) -> Document:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as invalid:
        mark = invalid.problem_mark or invalid.context_mark
        raise ComponentError(f"{name}{f':{mark.line + 1}' if mark else ''}: {_describe(invalid)}") from invalid
    except (yaml.YAMLError, ValueError, ArithmeticError) as invalid:
        raise ComponentError(f"{name} is not valid YAML: {printable(invalid)}; fix it") from invalid
    if node is None or values is None:
        raise ComponentError(f"{name} is empty: write settings, such as `description: ...`, or delete it")
    if not isinstance(values, dict):
        raise ComponentError(f"{name}:{node.start_mark.line + 1}: it is not a mapping: write `<setting>: <value>`")
    return Document(file=name, values=values, lines=dict(_lines(node, name)))


def _text(file: Path) -> str:
    content = read(file, MAX_FILE_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as invalid:
        line = content.count(b"\n", 0, invalid.start) + 1
        raise ComponentError(f"{printable(file)}:{line}: it is not UTF-8: save it as UTF-8") from invalid


class _Loader(yaml.SafeLoader):
    """Refuses aliases, by which a few lines can stand for billions, and tags, by which a value can have any type."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs have none
        _refuse(event, _unsupported(event, self._depth))
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        _refuse(event, _ambiguous_number(node))
        return node


def _refuse(event: Any, problem: str) -> None:
    if problem:
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _unsupported(event: yaml.Event, depth: int) -> str:
    if isinstance(event, yaml.AliasEvent):
        return "aliases are not supported: write out what it stands for"
    if getattr(event, "tag", None):
        return "tags are not supported: write the value alone"
    return f"it has more than {_MAX_LEVELS} levels" if depth > _MAX_LEVELS else ""


def _ambiguous_number(node: yaml.Node | None) -> str:
    """What is wrong with a number. PyYAML reads `1:30` as 90, by YAML 1.1, but Pulumi reads it as text."""
    if not isinstance(node, yaml.ScalarNode) or node.tag not in _NUMBERS:
        return ""
    if ":" in node.value:
        shown = node.value[:_MAX_DIGITS]
        return f"{shown} is not a number for every YAML parser: write it without colons, or quote it"
    return f"a number may have {_MAX_DIGITS} digits" if len(node.value) > _MAX_DIGITS else ""


def _describe(invalid: yaml.MarkedYAMLError) -> str:
    problem = invalid.problem or str(invalid)
    if r"'\t'" in problem:
        return "there is a tab: use spaces"
    return f"{printable(problem)}; fix it"


def _lines(node: yaml.Node, file: str, path: KeyPath = ()) -> Iterator[tuple[KeyPath, int]]:
    """The line of every key and list item. Raises ComponentError for a duplicate key."""
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            line, shown = key.start_mark.line + 1, printable(key.value)
            if key.tag != _TEXT:
                raise ComponentError(f"{file}:{line}: the key {shown} is not text: put it in quotes")
            if key.value in first:
                raise ComponentError(f"{file}:{line}: '{shown}' is already set in line {first[key.value]}: keep one")
            first[key.value] = line
            yield (*path, key.value), line
            yield from _lines(value, file, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*path, index), item.start_mark.line + 1
            yield from _lines(item, file, (*path, index))
