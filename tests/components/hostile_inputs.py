"""Random settings, ignore files, contexts and events, each of them read as the program does: it takes them, or it says
in words what is wrong with them. Run by test_hostile_inputs.py, with bounds on memory and time.

python -m tests.components.hostile_inputs
"""

import io
import json
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.errors import ComponentError
from components.modules import read_content, written_settings
from components.printable import printable_lines
from components.settings.configuration import plain
from operations.event_argument import event_of

MEMORY = 2**30
"""Bytes of addresses, of which the packages that are loaded take half."""
MODULE = Path("modules/x")

bounded = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

TEXT = st.text(st.sampled_from("a\n\x1b\x85\u202e:#[]{}*!&|>'\"%@`,-? \\/0\t") | st.characters(), max_size=20)
NUMBERS = st.sampled_from(
    [
        "9" * 5000,
        "0x" + "f" * 5000,
        "1" + ":59" * 2000,
        "1:30",
        "1:30.5",
        "0b" + "1" * 20000,
        "1e999",
        ".inf",
        ".nan",
        "-1",
    ]
)
ESCAPED = st.sampled_from([r'"\0"', r'"\ud800"', r'"\ud83d\ude00"', r'"\x1b[2J"', r'"a\n::error::b"', r'"\u202e"'])
ODD = st.sampled_from(
    ["!!bool x", "!!int ''", "!!float x", "!!timestamp x", "!!binary x", "!!python/name:os.system", "&a [*a]", "<<: {}",
     "2026-13-45", "0001-01-01 00:00:00+23:59", "[" * 60, "[" * 60 + "]" * 60, "{a: " * 49 + "1" + "}" * 49, "? [a]"]
)  # fmt: skip
VALUES = NUMBERS | ESCAPED | ODD | TEXT | st.sampled_from(["1", "true", "{}", "[]", "{A: 1}", "[a, b]"])
KEYS = st.sampled_from(
    ["timeout", "memorySize", "dockerfile", "environment", "buildArgs", "tags", "secrets", "smoke", "image", "target",
     "policies", "triggers", "vpc", "description", "enabled", "on", "1", '"a\\nb"', '"\\ud800"', '"\\0"', "alarms"]
)  # fmt: skip
LINES = st.builds("{}: {}\n".format, KEYS, VALUES)
SETTINGS = st.lists(LINES, max_size=3).map("".join) | TEXT | st.builds("environment:\n  {}".format, LINES)

PATTERNS = st.lists(st.text("*?[]^-!\\/{}.,ab#\0\r\x1b ", max_size=8).map(lambda part: part * 3), max_size=4).map(
    "\n".join
)
REPEATED = st.builds(lambda part, times: part * times, st.text("*?[]/{},ab", min_size=1, max_size=4), st.just(3000))

NAMES = st.text(
    st.sampled_from("a*\n\x1b\u202e -[:\udcff") | st.characters(exclude_characters="/\0"), min_size=1, max_size=8
)
KINDS = st.sampled_from(["file", "folder", "pipe", "link", "link to itself", "link out", "large"])

BASIC = st.none() | st.booleans() | st.floats() | st.integers() | TEXT
JSON = st.recursive(
    BASIC, lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3), max_leaves=5
)
EVENTS = (
    JSON.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=20)
    | st.sampled_from(
        [b"[" * 10**5, b"9" * 10**5, b'{"a":' * 200, b'"\\ud800"', b"\xef\xbb\xbf{}", b"[" * 101 + b"]" * 101]
    )
)


def read() -> None:
    """All of the module, as an update does it."""
    try:
        for name, its in written_settings("shop", "dev").modules.items():
            if its.image.module is None:
                json.dumps(read_content(Path("modules", name), its).record, ensure_ascii=False).encode()
            if its.smoke.message is not None:
                json.loads(its.smoke.message)
    except ComponentError as refusal:
        assert str(refusal) and str(refusal) == printable_lines(str(refusal))


@contextmanager
def module() -> Iterator[None]:
    """A checkout with one, as the current folder."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        (MODULE / "events").mkdir(parents=True)
        (MODULE / "events" / "smoke.json").write_text("{}")
        (MODULE / "Dockerfile").write_text("FROM scratch\n")
        (MODULE / ".dockerignore").write_text("module.yaml\n")
        Path("Pulumi.yaml").write_text("name: shop\n")
        Path("Pulumi.dev.yaml").write_text("config: {}\n")
        yield


@bounded
@given(SETTINGS, SETTINGS)
def settings_of_a_module_and_of_a_stack(own: str, stacks: str) -> None:
    with module():
        (MODULE / "module.yaml").write_bytes(own.encode("utf-8", "surrogatepass"))
        read()
        (MODULE / "module.yaml").unlink()
        lines = [f"  shop:{line}" for line in stacks.splitlines(keepends=True)]
        Path("Pulumi.dev.yaml").write_bytes(f"config:\n{''.join(lines)}".encode("utf-8", "surrogatepass"))
        read()
        plain(own)


@bounded
@given(PATTERNS | REPEATED, st.lists(NAMES, max_size=3))
def an_ignore_file(patterns: str, names: list[str]) -> None:
    with module():
        (MODULE / ".dockerignore").write_bytes(f"module.yaml\n{patterns}".encode("utf-8", "surrogateescape"))
        for name in ["a" * 200, *names]:
            with suppress(OSError, UnicodeError):
                (MODULE / name).touch()
        read()


@bounded
@given(st.lists(st.tuples(NAMES, KINDS), max_size=4), st.sampled_from([".", "modules", str(MODULE)]))
def a_context(entries: list[tuple[str, str]], below: str) -> None:
    with module():
        for name, kind in entries:
            with suppress(OSError, UnicodeError):
                make(Path(below, name), kind)
        read()


def make(file: Path, kind: str) -> None:
    with suppress(FileNotFoundError):
        file.unlink()
    match kind:
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "link":
            file.symlink_to("Dockerfile")
        case "link to itself":
            file.symlink_to(file.name)
        case "link out":
            file.symlink_to("/dev/zero")
        case "large":
            with file.open("x") as content:
                content.truncate(2**43)
        case _:
            file.touch(0o644, exist_ok=False)


@bounded
@given(EVENTS)
def an_event(event: bytes) -> None:
    with module():
        smoke = MODULE / "events" / "smoke.json"
        smoke.write_bytes(event)
        read()
        try:
            assert event_of(str(smoke), io.BytesIO()) == event
        except ComponentError as refusal:
            assert str(refusal) and str(refusal) == printable_lines(str(refusal))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for fuzz in (settings_of_a_module_and_of_a_stack, an_ignore_file, a_context, an_event):
        fuzz()
