"""Reading YAML: strictly, and with the line of every key."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from components.context import reading
from components.errors import ComponentError
from components.settings.document import Document, KeyPath

LARGEST = 256 * 1024
"""Bytes of a file."""


def read_yaml(file: Path) -> Document:
    """The mapping in a file of the checkout, which is the current folder. Raises ComponentError that names the line."""
    text = _text(file)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as invalid:
        mark = invalid.problem_mark or invalid.context_mark
        raise ComponentError(f"{file}{f':{mark.line + 1}' if mark else ''}: {_in_words(invalid)}") from invalid
    except (yaml.YAMLError, ValueError, RecursionError) as invalid:
        raise ComponentError(f"{file} is no YAML: {invalid}; mend it") from invalid
    if node is None or values is None:
        raise ComponentError(f"{file} is empty: write settings, such as `description: ...`, or delete it")
    if not isinstance(values, dict):
        raise ComponentError(f"{file}:{node.start_mark.line + 1}: it is no mapping: write `<setting>: <value>`")
    return Document(file=str(file), values=values, lines=dict(_lines(node, str(file))))


def _text(file: Path) -> str:
    if not file.resolve().is_relative_to(Path.cwd()):
        raise ComponentError(f"the link '{file}' leads out of the checkout: put what it leads to in its place")
    if not file.is_file():
        raise ComponentError(f"'{file}' is no file: delete it, or write settings in one")
    with reading():
        if (size := file.stat().st_size) > LARGEST:
            raise ComponentError(f"{file} has {size:,} bytes, and settings may have {LARGEST:,}: shorten it")
        content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as invalid:
        line = content.count(b"\n", 0, invalid.start) + 1
        raise ComponentError(f"{file}:{line}: it is no UTF-8: save it as that") from invalid


class _Loader(yaml.SafeLoader):
    """Knows no aliases: with them a few lines can stand for billions."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs have none
            raise yaml.MarkedYAMLError(
                problem="an alias isn't read here: write out what it stands for", problem_mark=mark
            )
        return super().compose_node(parent, index)


def _in_words(invalid: yaml.MarkedYAMLError) -> str:
    problem = invalid.problem or str(invalid)
    if r"'\t'" in problem:
        return "there is a tab: use spaces"
    return f"{problem}; mend it"


def _lines(node: yaml.Node, file: str, path: KeyPath = ()) -> Iterator[tuple[KeyPath, int]]:
    """The line of every key and list item. Raises ComponentError for a key that is there twice."""
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in first:
                raise ComponentError(f"{file}:{line}: '{key.value}' is there since line {first[key.value]}: keep one")
            first[key.value] = line
            yield (*path, key.value), line
            yield from _lines(value, file, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*path, index), item.start_mark.line + 1
            yield from _lines(item, file, (*path, index))
