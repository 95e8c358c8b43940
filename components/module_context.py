"""What a module's image may be built from beyond the module's own folder.

With the setting `context`, an image contains files that modules share. What belongs to another module or to the
checkout as a whole stays out, so that an image is built again only if its own files or the shared ones change.
"""

import os
import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from components.errors import ComponentError
from components.files.checkout import reading
from components.image.content import BuildSpec, Content, ignore_rules
from components.module_folder import is_hidden
from components.printable import named, printable

_OF_THE_CHECKOUT = (".git", ".sandbox", ".venv", "Pulumi*.yaml")
"""What is at the top of a checkout, and differs by commit, machine or stack."""


def require_allow_list(folder: Path, spec: BuildSpec) -> None:
    """Raise ComponentError if a context beyond the module's folder has no ignore file of the module's own.

    It has to leave out all that it doesn't name, so that no file that is added elsewhere gets into the image.
    """
    if _is_within(spec.context, folder.as_posix()):
        return
    wanted = f"{spec.dockerfile_path}.dockerignore"
    has_own = spec.ignore_file() == wanted
    if has_own and ignore_rules(spec).are_allow_list:
        return
    what = f"'{printable(wanted)}'" + (" doesn't begin with the line `*`" if has_own else " is missing")
    lines = "".join(f"\n  {printable(line)}" for line in _example(folder.as_posix(), spec.context))
    raise ComponentError(
        f"{what}: with the context '{printable(spec.context)}', it has to leave out everything but what the image "
        f"needs, for example{lines}"
    )


def _example(own: str, context: str) -> Iterator[str]:
    yield "*"
    yield "!path/of/a/shared/folder"
    if _is_within(own, context):
        within = posixpath.relpath(own, context)
        yield from (f"!{within}", f"{within}/module.yaml", f"{within}/events")
    yield "**/__pycache__"


@reading()
def refuse_foreign(folder: Path, content: Content) -> None:
    """Raise ComponentError if a context has files of another module or of the checkout as a whole."""
    spec = content.spec
    if _is_within(spec.context, folder.as_posix()):
        return
    context, has = os.path.realpath(spec.context), {*content.context, *_folders(content.context)}
    others = {os.path.realpath(entry): entry for entry in folder.parent.iterdir() if _is_module(entry)}
    others.pop(os.path.realpath(folder), None)
    remedy = f"leave out in {printable(spec.ignore_file())}"
    if found := [others[real] for real in sorted(others) if _has(has, context, real)]:
        raise ComponentError(
            f"the context of '{folder}' has files of {_listed(found)}, whose edits would build its image, too: "
            f"{remedy} what is other modules', and move what several use to a folder of its own, such as 'shared'"
        )
    top = [entry for entry in Path().iterdir() if any(fnmatchcase(entry.name, name) for name in _OF_THE_CHECKOUT)]
    if found := [entry for entry in sorted(top) if _has(has, context, os.path.abspath(entry))]:
        raise ComponentError(
            f"the context of '{folder}' has {_listed(found)}, which differs by commit, machine or stack: {remedy} what "
            "the image doesn't need"
        )


def _is_within(path: str, folder: str) -> bool:
    """Whether a normalized path is a folder or below it."""
    return folder in (".", path) or path.startswith(folder + "/")


def _is_module(entry: Path) -> bool:
    return not is_hidden(entry.name) and entry.is_dir()


def _has(paths: Collection[str], context: str, real: str) -> bool:
    """Whether the paths in a context include one in this folder, or the context is in it."""
    return os.path.relpath(real, context) in paths or _is_within(context, real)


def _folders(paths: Iterable[str]) -> Iterator[str]:
    """The folders that files are in, and those around them."""
    below = {folder for path in paths if (folder := posixpath.dirname(path))}
    while below:
        yield from below
        below = {folder for path in below if (folder := posixpath.dirname(path))}


def _listed(found: Sequence[Path]) -> str:
    return named([f"'{path}'" for path in found])
