"""The changes of the context `fn/` and of the inputs in the recorded cases."""

from pathlib import Path

from tests.components.image.context_edits import EDITS
from tests.sandbox.offline.plugins.engine import Values

_ADDED = {
    "Dockerfile: unknown instruction": "NOPE x\n",
    "Dockerfile: RUN fails": "RUN echo one && echo two >&2 && exit 3\n",
    "Dockerfile: COPY of a missing file": "COPY nowhere.txt /x\n",
    "Dockerfile: COPY of a dockerignored file": "COPY notes.md /x\n",
    "buildOnPreview: RUN fails": "RUN exit 3\n",
}
"""Lines that are added to the Dockerfile."""
_INSTEAD = {"Dockerfile: empty": "", "Dockerfile: no FROM": "RUN true\n"}
"""Texts that replace the Dockerfile."""
_IN_WORDS: dict[str, Values] = {
    "buildOnPreview, Dockerfile: RUN exit 3": {"buildOnPreview": True},
    "imageName localhost:4566/cf-immutable:once, app.py changed": {"imageName": "localhost:4566/cf-immutable:once"},
}
"""Inputs that the recording only describes."""


def change_files(case: Values, folder: Path) -> None:
    """Changes the files for one of the recorded changes."""
    if case["change"] == "files":
        EDITS[case["case"]](folder)
    elif case["case"] == "buildOnPreview and a changed file":
        EDITS["source file changed"](folder)


def spoil_files(case: Values, folder: Path) -> None:
    """Changes the files for one of the recorded refusals."""
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text(_INSTEAD.get(case["case"], dockerfile.read_text() + _ADDED.get(case["case"], "")))
    if case["case"] == "no Dockerfile in the context":
        dockerfile.unlink()
    if case["case"] == "push: other image to the immutable tag":
        EDITS["source file changed"](folder)


def patched(inputs: Values, patch: Values | str) -> Values:
    """A change replaces whole properties."""
    given = {} if isinstance(patch, str) else patch
    return {name: value for name, value in {**inputs, **given}.items() if value != "<removed>"}


def refused_inputs(inputs: Values, patch: Values | str) -> Values:
    """A refusal patches `build` by property."""
    given = _IN_WORDS.get(patch, {}) if isinstance(patch, str) else patch
    build = given.get("build", {})
    return patched(inputs, {**given, "build": {**inputs["build"], **build} if isinstance(build, dict) else build})
