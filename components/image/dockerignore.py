"""The rules of a `.dockerignore` file, which decide what Docker leaves out of a build context.

They match as in moby/patternmatcher, which Docker, BuildKit and the docker plugin use; tests compare with recorded
matches. docker-py's matcher can't replace it: it ignores case (`readme.md` drops README.md), has no escapes, looks at
only one level of parent folders, and takes 0.1 s to import. pathspec has git's rules. If a file that Docker sends were
left out here, its changes would not be shipped. A pattern whose meaning varies by Docker's version is therefore
refused.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby, islice

from components.image.globs import Globs, Piece

MAX_FILE_BYTES = 64 * 1024
"""The limit of an ignore file."""
_MAX_PATTERNS = 1000
"""How many patterns an ignore file may have."""
_MAX_SHOWN_LINES = 8
"""How many replacements of a line with braces are shown; each pair of braces multiplies their number."""

_TOKEN = re.compile(
    r"(?P<folders>\*\*/?)|(?P<any>\*)|(?P<one>\?)"
    r"|\[(?P<inverse>\^?)(?P<set>(?:[^]\[\\*?/^-](?:-[^]\[\\*?/^-])?)+)\]"
    r"|\\(?P<escaped>[^\w\s])|(?P<literal>[^\[\\^+(){}|])"
)
"""It excludes what some versions read as regular expressions (`a+b`, `\\d`, `[[:alpha:]]`), and an open bracket."""

_ENDING = re.compile(r"\*\*([^]\[\\*?/][^]\[\\*?]*)")
"""Since Docker 23, `**.pyc` matches every path that ends with `.pyc`; before, only files named `.pyc`."""


class PatternError(ValueError):
    """A pattern that Docker refuses, or whose meaning varies by its version."""


@dataclass(frozen=True)
class Verdict:
    """The verdict on a path, with what is needed for the paths below it."""

    ignored: bool
    """Whether both readings of the rules ignore it. They differ where a pattern readmits files of an ignored folder."""
    matched: tuple[bool, ...]
    """Which steps match the path or a folder above it, as the docker plugin's digest counts them."""
    applied: tuple[bool, ...]
    """Which of these steps changed the verdict where they matched: only those count for what BuildKit sends."""


@dataclass(frozen=True)
class IgnoreRules:
    """The patterns of an ignore file in order; adjacent patterns of the same kind are joined, for speed."""

    steps: tuple[tuple[bool, Globs], ...]
    """(readmits, what it matches): `!pattern` readmits what an earlier pattern left out."""
    file: str = ".dockerignore"
    """The path of the ignore file, which may not exist."""
    patterns: tuple[str, ...] = ()
    """The patterns as Docker cleans them, those that readmit with their `!`."""

    @classmethod
    def parse(cls, text: str, file: str = ".dockerignore") -> "IgnoreRules":
        """Parse an ignore file. Raises PatternError with what to write instead."""
        lines = (line.strip() for line in text.removeprefix("\ufeff").split("\n") if not line.startswith("#"))
        cleaned = [_clean(line) for line in lines if line]
        if len(cleaned) > _MAX_PATTERNS:
            raise PatternError(
                f"it has {len(cleaned):,} patterns, and it may have {_MAX_PATTERNS:,}: join some by wildcards"
            )
        patterns = [(pattern.startswith("!"), list(_pieces(pattern.removeprefix("!")))) for pattern in cleaned]
        steps = groupby(patterns, key=lambda pattern: pattern[0])
        joined = tuple((readmits, Globs(glob for _, glob in group)) for readmits, group in steps)
        return cls(joined, file, tuple(cleaned))

    @property
    def are_allow_list(self) -> bool:
        """Whether everything is left out that no later pattern readmits."""
        return self.patterns[:1] in (("*",), ("**",))

    def may_readmit_below(self, folder: str) -> bool:
        """Whether files in an ignored folder may still belong to the context.

        Where no pattern can readmit any, a further match can only leave out more, so the folder needs no look.
        """
        return any(readmits and globs.may_match_below(folder) for readmits, globs in self.steps)

    def are_sent_below(self, folder: str) -> bool:
        """Whether the docker plugin looks for files to send in an ignored folder.

        It compares the text of patterns with the folder's path, unlike what it compares contexts with, and unlike
        BuildKit: https://github.com/moby/go-archive/blob/v0.1.0/archive.go (Tarballer.Do)
        """
        return any(f"{pattern}/".startswith(f"!{folder}/") for pattern in self.patterns)

    @property
    def top(self) -> Verdict:
        """The verdict on the context itself."""
        none = (False,) * len(self.steps)
        return Verdict(ignored=False, matched=none, applied=none)

    def judge(self, path: str, folder: Verdict) -> Verdict:
        """The verdict on a path relative to the context, given the verdict on its folder."""
        ignored_by_plugin = ignored_by_buildkit = False
        matched, applied = list(folder.matched), list(folder.applied)
        for i, (readmits, globs) in enumerate(self.steps):
            hit = globs.match(path)
            matched[i] |= hit
            applied[i] |= hit and ignored_by_buildkit == readmits
            if matched[i]:
                ignored_by_plugin = not readmits
            if applied[i]:
                ignored_by_buildkit = not readmits
        return Verdict(ignored_by_plugin and ignored_by_buildkit, tuple(matched), tuple(applied))


def _clean(line: str) -> str:
    """A line without `./`, `..` and outer slashes. Docker cleans it twice: `/!a` is `!a`, and `a/ /` is `a`."""
    mark = "!" if line.startswith("!") else ""
    once = posixpath.normpath(line.removeprefix(mark).strip() or "/").lstrip("/").strip()
    pattern = posixpath.normpath(mark + once)
    if pattern == "!":
        raise PatternError(f"'{line}' names no files: delete the line")
    return pattern


def _pieces(pattern: str) -> Iterator[Piece]:
    if ending := _ENDING.fullmatch(pattern):
        raise PatternError(f"'{pattern}' varies by Docker's version: write '**/*{ending[1]}' or '**/{ending[1]}'")
    at = 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise PatternError(_explain_refusal(pattern, at))
        at = token.end()
        yield _piece(token, last=at == len(pattern))


def _explain_refusal(pattern: str, at: int) -> str:
    """What is wrong with a pattern at a character, and what to write."""
    if alternatives := list(islice(_alternatives(pattern), _MAX_SHOWN_LINES + 1)):
        lines = ", ".join(f"'{line}'" for line in alternatives[:_MAX_SHOWN_LINES])
        lines += ", ..." if len(alternatives) > _MAX_SHOWN_LINES else ""
        return f"'{pattern}' has braces, which Docker doesn't read as alternatives: write a line for each, {lines}"
    if pattern[at] == "\\":
        path = posixpath.normpath(pattern.replace("\\", "/"))
        return f"'{pattern}' has a backslash, which doesn't separate folders for Docker: write '{path}'"
    return f"'{pattern}' varies by Docker's version: put a backslash before '{pattern[at]}'"


def _alternatives(pattern: str) -> Iterator[str]:
    """The patterns that one with `{a,b}` would stand for in a shell; none if there are no such braces."""
    braces = re.search(r"(?<!\\)\{([^{},]*,[^{}]*)\}", pattern)
    if braces is None or pattern.count("{") > _MAX_SHOWN_LINES:
        return
    for choice in braces[1].split(","):
        line = f"{pattern[: braces.start()]}{choice}{pattern[braces.end() :]}"
        first = next(others := _alternatives(line), line)
        yield from chain([first], others)


def _piece(token: re.Match[str], *, last: bool) -> Piece:
    match kind := str(token.lastgroup):
        case "folders":
            return "**" if last else "**/"
        case "any":
            return "*"
        case "one":
            return _one("[^/]")
        case "set":
            return _one(f"[{token['inverse']}{_ranges(token['set'])}]")
        case _:
            return _one(re.escape(token[kind]))


@cache
def _one(regex: str) -> re.Pattern[str]:
    """The pattern of one character; equal ones are the same object."""
    return re.compile(regex)


def _ranges(chars: str) -> str:
    """The inside of `[...]`, with all but the `-` of a range escaped."""
    for backward in (first + "-" + last for first, last in re.findall("(.)-(.)", chars) if first > last):
        raise PatternError(f"'[{chars}]' has the range '{backward}', which goes backwards: write '{backward[::-1]}'")
    return "".join(char if char == "-" else re.escape(char) for char in chars)
