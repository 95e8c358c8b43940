"""The context of the recorded docker plugin, and the edits that were made to it between two Checks."""

import os
from collections.abc import Callable
from pathlib import Path


def write_context(folder: Path, base_image: str = "lambda-base:local") -> None:
    """`fn/` as described by the recording's `context`."""
    (folder / "lib").mkdir(parents=True)
    (folder / "Dockerfile").write_text(f"ARG BASE_IMAGE={base_image}\nFROM ${{BASE_IMAGE}}\nCOPY . /app\n")
    (folder / ".dockerignore").write_text("*.md\n__pycache__\n")
    (folder / "app.py").write_text("def handler(event, context):\n    return 1\n")
    (folder / "lib" / "util.py").write_text("ONE = 1\n")
    (folder / "notes.md").write_text("notes\n")
    for file in ["Dockerfile", ".dockerignore", "app.py", "lib/util.py", "notes.md"]:
        (folder / file).chmod(0o644)


def _append(name: str, text: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        with (folder / name).open("a") as file:
            file.write(text)

    return edit


def _add(name: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"new\n")

    return edit


def _write_again(folder: Path) -> None:
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        content, mode = file.read_bytes(), file.stat().st_mode
        file.unlink()
        file.write_bytes(content)
        file.chmod(mode)


EDITS: dict[str, Callable[[Path], object]] = {
    "unchanged": lambda folder: None,
    "unchanged, the files written again (new mtimes)": _write_again,
    "mtime touched": lambda folder: os.utime(folder / "app.py", (1, 1)),
    "source file changed": _append("app.py", "# changed\n"),
    "source file in a subfolder changed": _append("lib/util.py", "# changed\n"),
    "file added": _add("new.py"),
    "file removed": lambda folder: (folder / "lib" / "util.py").unlink(),
    "file renamed": lambda folder: (folder / "app.py").rename(folder / "app2.py"),
    "empty folder added": lambda folder: (folder / "empty").mkdir(),
    "symlink added": lambda folder: (folder / "link.py").symlink_to("app.py"),
    "chmod 644 -> 755": lambda folder: (folder / "app.py").chmod(0o755),
    "chmod 644 -> 600": lambda folder: (folder / "app.py").chmod(0o600),
    "dockerignored file changed": _append("notes.md", "changed\n"),
    "dockerignored file added": _add("more.md"),
    "__pycache__ (dockerignored) added": _add("__pycache__/app.pyc"),
    "nested __pycache__ (pattern without **/) added": _add("lib/__pycache__/util.pyc"),
    ".dockerignore itself changed": _append(".dockerignore", "*.tmp\n"),
    "dotfile added": _add(".env"),
    "Dockerfile: comment added": _append("Dockerfile", "# a comment\n"),
    "Dockerfile: instruction added": _append("Dockerfile", "LABEL a=b\n"),
    "with registry: unchanged": lambda folder: None,
}
"""By the name of the recorded case."""
