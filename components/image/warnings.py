"""Warnings of content that is probably a mistake. They are no errors, because the Dockerfile may allow for it.

A file that only this checkout has, or a mode that only this machine gives it, makes the image another one than a
pipeline builds from the same commit.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from components.files import git
from components.image.content import Content
from components.printable import named, printable

_READABLE_BY_OTHERS = 0o004
_ENVIRONMENT_FILE = re.compile(r"\.env(?!\.(?:example|sample|template|dist)$)(?:\..+)?")


def warnings(contents: Mapping[str, Content]) -> dict[str, list[str]]:
    """The warnings of each module's content, in a checkout that is the current folder."""
    folders = {name: _folder(content) for name, content in contents.items()}
    private = git.ignored(sorted(set(folders.values()))) or frozenset()
    secret = git.untracked(
        f"{folders[name]}/{path}"
        for name, content in contents.items()
        for path in content.context
        if _ENVIRONMENT_FILE.fullmatch(PurePosixPath(path).name)
    )
    return {
        name: [
            *_scripts(content),
            *_modes(content),
            *_secrets(content, [path for path in content.context if f"{folders[name]}/{path}" in secret]),
            *_private(content, folders[name], private, secret),
        ]
        for name, content in contents.items()
    }


def _folder(content: Content) -> str:
    """The path of the context without links, as git knows it."""
    return os.path.relpath(os.path.realpath(content.spec.context), os.path.realpath("."))


def _scripts(content: Content) -> Iterator[str]:
    for path, file in content.context.items():
        if file.windows_script:
            script = PurePosixPath(content.spec.context, path)
            name, pattern = printable(script), printable(f"*{script.suffix}")
            yield (
                f"the first line of '{name}' ends with CRLF, as on Windows: Linux can't run such a script, and says "
                f"'no such file or directory' or 'not found'. Save it with LF, and keep it so: `{pattern} text eol=lf` "
                "in .gitattributes"
            )


def _modes(content: Content) -> Iterator[str]:
    closed = {
        path: file.mode
        for path, file in content.context.items()
        if file.mode.isdigit() and not int(file.mode, 8) & _READABLE_BY_OTHERS
    }
    if closed:
        context, paths = printable(content.spec.context), list(closed)
        yield (
            f"'{context}' has files that not every user may read: {named(paths)} (mode {closed[paths[0]]}). Lambda "
            f"runs a function as a user of its own, and other checkouts have other modes, so that other images are "
            f"built there. Run `chmod -R go+rX {context}`, and set `umask 022`"
        )


def _secrets(content: Content, paths: list[str]) -> Iterator[str]:
    if paths:
        yield (
            f"'{printable(content.spec.context)}' has files that usually contain secrets: {named(paths)}. Everyone who "
            f"can pull the image can read what is copied into it. Name them in "
            f"{printable(content.spec.ignore_file())}, and give the function its secrets with the setting `secrets`"
        )


def _private(content: Content, folder: str, private: frozenset[str], secret: frozenset[str]) -> Iterator[str]:
    if not private or _entry(folder, private):  # git ignores the whole folder
        return
    within = {
        os.path.relpath(entry, folder): None
        for path in content.context
        if f"{folder}/{path}" not in secret and (entry := _entry(f"{folder}/{path}", private))
    }
    if within:
        yield (
            f"'{printable(content.spec.context)}' has files that git ignores, but Docker does not: "
            f"{named(list(within))}. A pipeline's checkout does not have them, so another image is built there. Name "
            f"them in {printable(content.spec.ignore_file())}"
        )


def _entry(path: str, entries: frozenset[str]) -> str:
    """The path itself or the folder around it that is among the entries, or an empty text."""
    while path and path not in entries:
        path = path.rpartition("/")[0]
    return path
