"""Reads the checkout's settings, and compares the checkout with what is known of what `live` serves."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from components.errors import ComponentError
from components.function.configuration import description
from components.image.content import Content
from components.image.tags import is_build_of, is_build_tag
from components.image.unfetched import check_fetched
from components.image.warnings import warnings
from components.modules import module_folders, read_content, written_settings, written_smoke
from components.settings import ModuleSettings
from components.settings.load import LoadedSettings
from components.settings.references import changed, names_in
from delivery.changes import Record, differences
from operations.errors import OperationError

State = Literal["same", "changed", "held", "canary", "moved", "new", "gone", "invalid", "unknown"]

IMAGE = "~ image"
"""Stands for all files and arguments of an image, if the stack's state is not known, which names them."""
SETTINGS = "~ settings"
"""Stands for all settings that are part of a version. Only a preview finds changes of others, such as triggers."""
_SETTINGS_DIGEST = re.compile(r"settings ([0-9a-f]{8})")


@dataclass(frozen=True)
class Served:
    """What is known of what is served."""

    description: str
    """The description of the version. It contains a digest of the version's settings."""
    tags: Sequence[str] | None = None
    """The tags of its image. They matter only without a record. None if the registry doesn't have the image."""
    record: Record | None = None
    """What the stack's state records about the image. None if the state is not known."""
    revisions: Mapping[str, str] | None = None
    """The revisions of the module's secrets, by variable, which count as settings. None if the state is not known."""
    references: Mapping[str, str] | None = None
    """The values that the references in the module's settings had. None if the state is not known."""


@dataclass(frozen=True)
class Compared:
    state: State
    """`held`: the module was rolled back. `moved`: another version is served than the stack deployed. `new`: the module
    is not deployed yet. `gone`: it is deployed, but not in the checkout. `invalid`: no image can be built from it.
    `unknown`: no difference is known, but not everything can be compared."""
    reasons: list[str] = field(default_factory=list)
    """The differences if the state is `changed`, the explanation if it is `held`, `moved`, `invalid` or `unknown`."""
    warnings: list[str] = field(default_factory=list)
    """The warnings of the module's content. Those of an image that several modules run are the builder's."""


@dataclass(frozen=True)
class WorkingTree:
    """A checkout with the settings of one stack."""

    folder: Path
    project: str
    stack: str

    def settings(self) -> LoadedSettings:
        """Return the settings as the program would read them. Raises OperationError if they are invalid."""
        with self._as_the_program():
            return written_settings(self.project, self.stack)

    def folders(self) -> list[Path]:
        """Return the folders of the modules. Raises OperationError if there is no folder `modules`."""
        with self._as_the_program():
            return module_folders(Path("modules"))

    def smoke_event(self, module: str) -> bytes | None:
        """Return a module's smoke event, or None if it has none. Raises OperationError if the event is invalid."""
        with self._as_the_program():
            smoke = written_smoke(self.project, self.stack, module)
            return smoke.message.encode() if smoke.event is not None and smoke.message is not None else None

    def untested(self) -> set[str]:
        """Return the modules without a smoke event. Raises OperationError if settings are invalid."""
        return {name for name, settings in self.settings().modules.items() if settings.smoke.message is None}

    def compare(self, served: Mapping[str, Served]) -> dict[str, Compared]:
        """Compare each module with what is served. Raises OperationError if settings are invalid."""
        loaded = self.settings()
        recorded = any(each.record is not None for each in served.values())
        built = loaded.modules if recorded else self._settings_of_images(loaded).modules
        contents: dict[str, Content] = {}
        with chdir(self.folder):
            found = {
                name: _compare(name, settings, built, contents, served.get(name))
                for name, settings in loaded.modules.items()
            }
            for name, warned in warnings(contents).items():
                found[name] = replace(found[name], warnings=warned)
        gone = {name: Compared("gone") for name in served.keys() - found.keys()}
        return dict(sorted({**found, **gone}.items()))

    def _settings_of_images(self, loaded: LoadedSettings) -> LoadedSettings:
        """Return the settings of the stack that builds this one's images. Raises OperationError."""
        seen = {self.stack}
        while not loaded.stack.pipeline.are_built and loaded.stack.pipeline.after not in seen:
            seen.add(loaded.stack.pipeline.after)
            loaded = replace(self, stack=loaded.stack.pipeline.after).settings()
        return loaded

    @contextmanager
    def _as_the_program(self) -> Iterator[None]:
        """Work in the checkout, to which the program's paths are relative. Raises OperationError."""
        with chdir(self.folder):
            try:
                yield
            except ComponentError as invalid:
                raise OperationError(str(invalid)) from invalid


def _compare(
    name: str,
    settings: ModuleSettings,
    built: Mapping[str, ModuleSettings],
    contents: dict[str, Content],
    served: Served | None,
) -> Compared:
    """Compare a module with what is served. `built` has the settings that images are built with.

    Adds the content of its image to `contents`, by the module that builds it.
    """
    builder = settings.image.module or name
    if builder not in built:
        return Compared("unknown", ["the stack whose images it takes doesn't have the module"])
    try:
        if builder not in contents:
            content = read_content(Path("modules", builder), built[builder])
            check_fetched(content)
            contents[builder] = content
    except ComponentError as invalid:
        return Compared("invalid", str(invalid).splitlines())
    if served is None:
        return Compared("new")
    reasons, unknown = _image_differences(served, contents[builder])
    digest = _settings_digest(served.description)
    wanted = _wanted_digest(settings, served)
    if digest is not None and wanted is None:
        unknown.append("its settings can't be compared: what they refer to, such as secrets, is only in the state")
    elif digest is not None and digest != wanted:
        reasons.append(SETTINGS)
    if reasons:
        return Compared("changed", reasons)
    return Compared("unknown", unknown) if unknown else Compared("same")


def _image_differences(served: Served, content: Content) -> tuple[list[str], list[str]]:
    """Return how the image differs, and why it can't be compared."""
    if served.record is not None:
        return differences(served.record, content.record), []
    tags = [tag for tag in served.tags or () if is_build_tag(tag)]
    if not tags:
        return [], ["its image can't be compared, because no tag of it names its content"]
    return ([] if any(is_build_of(tag, content.identity) for tag in tags) else [IMAGE]), []


def _wanted_digest(settings: ModuleSettings, served: Served) -> str | None:
    """Return the digest of the settings if their references have the values that they had when they were deployed.

    It is another one if the settings have a reference that they didn't have then. None if it depends on values of
    references or on revisions of secrets that are not known.
    """
    revisions, references = served.revisions, served.references
    if revisions is None:
        revisions = {variable: secret.existing for variable, secret in settings.secrets.items() if secret.existing}
        if revisions.keys() != settings.secrets.keys():
            return None
    if references is None and names_in(settings):
        return None
    known = {variable: revisions.get(variable, "") for variable in settings.secrets}
    settings = changed(settings, lambda text, _: text.unescaped(references or {}))
    return _settings_digest(description(settings, known))


def _settings_digest(described: str) -> str | None:
    """Return the last digest in a version's description. The module's own description comes before it."""
    digests: list[str] = _SETTINGS_DIGEST.findall(described)
    return digests[-1] if digests else None
