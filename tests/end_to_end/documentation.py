"""Reads the commands that the documentation shows, in blocks of the kinds `console`, with output, and `bash`.

A block is run, unless what follows its kind says why not: `needs AWS`, `needs GitHub`, `needs the network` or
`takes long`. With `in the sandbox`, it is run in the sandbox's environment, and with `until Ctrl-C`, until it has
printed one of its lines. A comment `<!-- before: ... -->` in front of a block has commands that a reader has no need
of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

NOT_RUN = {"needs AWS", "needs GitHub", "needs the network", "takes long"}
IN_SANDBOX = "in the sandbox"
UNTIL_CTRL_C = "until Ctrl-C"
_BLOCK = re.compile(
    r"(?:^<!-- before:\s*(?P<before>[^>]*)-->\s*)?"
    r"^ *```(?P<language>console|bash)\b(?P<note>[^\n]*)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Command:
    text: str
    output: list[str] = field(default_factory=list)
    """The lines that the documentation shows below it."""

    @property
    def errors(self) -> list[str]:
        """The errors that the documentation shows. Some depend on what the sandbox has been through before."""
        return [line for line in self.output if line.startswith("error:")]


@dataclass(frozen=True)
class Block:
    file: Path
    line: int
    note: str
    """What follows the block's kind. Empty if it is run as it is."""
    before: str
    commands: list[Command]


def blocks(file: Path) -> Iterator[Block]:
    text = file.read_text()
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("text"))
        commands = list(_commands(found["text"])) if found["language"] == "console" else [Command(found["text"])]
        yield Block(file, line, found["note"].strip(), found["before"] or "", commands)


def _commands(text: str) -> Iterator[Command]:
    command: Command | None = None
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command
            command = Command(line[2:])
        elif command and line.startswith("    ") and not command.output:
            command.text += f"\n{line}"
        elif command:
            command.output.append(line)
    if command:
        yield command
