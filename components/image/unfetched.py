"""Refuses content of which the checkout has only a placeholder: a Git LFS pointer, or a submodule's empty folder.

An image would be built without the content, and often only a call of the function would fail.
"""

from pathlib import Path, PurePosixPath

from components.errors import Problems
from components.files.git import missing_submodules
from components.image.content import Content
from components.printable import named, printable

FETCH_SUBMODULES = (
    "run `git submodule update --init --recursive`, or in a pipeline check out with `submodules: recursive`"
)


def check_fetched(content: Content, *, large_files: bool = True) -> None:
    """Raise ComponentError if the content is incomplete.

    Without `large_files`, Git LFS pointers are accepted: the identity of the content is the same with them.
    """
    problems, context = Problems(), printable(content.spec.context)
    leave_out = f"or name in {printable(content.spec.ignore_file())} what the image doesn't need"
    pointers = [path for path, file in content.context.items() if file.lfs_pointer]
    if pointers and large_files:
        what = f"'{context}' has pointers of Git LFS instead of files: {named(pointers)}"
        problems.add([f"{what}. Run `git lfs pull`, or in a pipeline check out with `lfs: true`, {leave_out}"])
    if submodules := [path for path in _submodules(content.spec.context) if not content.ignores(path)]:
        what = f"'{context}' has Git submodules whose files are not in the checkout: {named(submodules)}"
        problems.add([f"{what}: {FETCH_SUBMODULES}, {leave_out}"])
    problems.raise_any()


def _submodules(context: str) -> list[str]:
    """The paths within the context of submodules that are not in the checkout."""
    folder = Path(context).resolve()
    found = (path.resolve() for path in missing_submodules())
    return [PurePosixPath(path.relative_to(folder)).as_posix() for path in found if folder in path.parents]
