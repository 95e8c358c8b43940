"""Reads a Dockerfile: its instructions, and which images it takes from registries. Replaces such images.

https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SCRATCH = "scratch"
"""The name of no image at all."""

_HEREDOC = re.compile(r"(?<!\S)\d*<<-?(?P<quote>['\"]?)(?P<end>[^\s<'\"]+)(?P=quote)(?!\S)")
_ARGUMENT = re.compile(r"(?P<name>\w+)(?:=(?P<value>\S*))?")
_STAGE = re.compile(r"FROM\s+(?:--\S+\s+)*(?P<image>\S+)(?:\s+AS\s+(?P<name>\S+))?", re.IGNORECASE)
_COPIED_FROM = re.compile(r"--from=(\S+)|--mount=(?:\S*,)?from=([^\s,]+)")
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::?-(?P<otherwise>[^}]*))?\}|(?P<bare>\w+))")
# Where a file names an image, over lines that go on.
_NAMED = re.compile(
    r"(?P<before>^[ \t]*FROM(?:[ \t]|\\[ \t]*\n|^[ \t]*#.*\n|--\S+(?=\s))+|--from=|--mount=(?:[^\s,]*,)*from=)"
    r"(?P<image>[^\s,\\#-][^\s,\\]*)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass
class Stage:
    name: str
    """In lower case, or an empty text."""
    image: str
    """What it builds on, with arguments filled in: an image, another stage or `scratch`."""
    sources: list[str] = field(default_factory=list)
    """What it copies or mounts from: images, names of other stages, or their numbers."""


def instructions(text: str) -> Iterator[tuple[int, str]]:
    """Yield the instructions on one line each, with the number of their first line, without heredocs and comments."""
    begun, parts, ends = 0, list[str](), list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if ends:
            if line.strip("\t") == ends[0]:
                ends.pop(0)
            continue
        if line.lstrip().startswith("#") or (parts and not line.strip()):
            continue
        begun = begun if parts else number
        continued = line.rstrip().endswith("\\")
        parts.append(line.rstrip().removesuffix("\\"))
        if not continued:
            instruction = "".join(parts)
            parts = []
            if re.match(r"\s*(RUN|COPY|ADD)\s", instruction, re.IGNORECASE):
                ends = [found["end"] for found in _HEREDOC.finditer(instruction)]
            yield begun, instruction
    if parts:
        yield begun, "".join(parts)


def stages(text: str, args: Mapping[str, str] | None = None) -> list[Stage]:
    """The stages of a Dockerfile, which is built with these arguments."""
    return _read(text, args)[0]


def _read(text: str, args: Mapping[str, str] | None) -> tuple[list[Stage], "_Arguments"]:
    found: list[Stage] = []
    values = _Arguments(args or {})
    for line in (instruction.strip() for _, instruction in instructions(text)):
        if stage := _STAGE.match(line):
            found.append(Stage((stage["name"] or "").lower(), values.filled_in(stage["image"])))
        elif found:
            names = (copied or mounted for copied, mounted in _COPIED_FROM.findall(line))
            found[-1].sources += map(values.filled_in, names)
        elif line.upper().startswith("ARG "):
            values.declare(line[len("ARG ") :])
    return found, values


def images(text: str) -> list[str]:
    """The images that a Dockerfile takes from registries, with the defaults of its arguments filled in."""
    found: dict[str, None] = {}
    stages_before: set[str] = set()
    for stage in stages(text):
        for name in (stage.image, *(source for source in stage.sources if not source.isdigit())):
            if name.lower() not in {SCRATCH, *stages_before}:
                found[name] = None
        stages_before.add(stage.name)
    return list(found)


def needed_images(text: str, args: Mapping[str, str] | None = None, target: str | None = None) -> list[str]:
    """The images that a build of the target, by default the last stage, takes from registries.

    BuildKit leaves out the stages that the target doesn't need.
    """
    all_stages, found, seen = stages(text, args), dict[str, None](), set[int]()

    def visit(number: int) -> None:
        if number in seen:
            return
        seen.add(number)
        stage = all_stages[number]
        for name in (stage.image, *stage.sources):
            if (before := _number(all_stages[:number], name)) is not None:
                visit(before)
            elif name.lower() != SCRATCH:
                found[name] = None

    last = len(all_stages) - 1 if target is None else _number(all_stages, target)
    if last is not None and last >= 0:
        visit(last)
    return list(found)


def with_images_replaced(text: str, replacements: Mapping[str, str], args: Mapping[str, str] | None = None) -> str:
    """Return the Dockerfile with other images in the places of these. Its lines keep their numbers."""
    _, values = _read(text, args)

    def replaced(named: re.Match[str]) -> str:
        return named["before"] + replacements.get(values.filled_in(named["image"]), named["image"])

    return _NAMED.sub(replaced, text)


def _number(among: list[Stage], name: str) -> int | None:
    """Which stage this is the name or the number of. Of two that have the same name, the later one counts."""
    numbers = {stage.name: number for number, stage in enumerate(among) if stage.name}
    if name.isdigit() and int(name) < len(among):
        return int(name)
    return numbers.get(name.lower())


class _Arguments:
    """The build arguments that FROM may use: those declared before the first stage."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._values: dict[str, str] = {}

    def declare(self, declaration: str) -> None:
        """Takes what follows `ARG`: names, with or without defaults."""
        for argument in _ARGUMENT.finditer(declaration):
            default = self.filled_in((argument["value"] or "").strip("\"'"))
            self._values[argument["name"]] = self._given.get(argument["name"], default)

    def filled_in(self, text: str) -> str:
        """Replace each argument that has a value by its value."""
        return _VARIABLE.sub(
            lambda variable: (
                self._values.get(variable["braced"] or variable["bare"]) or variable["otherwise"] or variable.group()
            ),
            text,
        )
