"""Finds the modules of a repository: every folder below `modules/` is a module."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pulumi

from components.errors import ComponentError, Problems
from components.files.checkout import reading, refuse_outside
from components.files.git import missing_submodules
from components.image.content import BuildSpec, Content
from components.image.mounts import refuse_undeclared
from components.image.unfetched import FETCH_SUBMODULES, check_fetched
from components.image.warnings import warnings
from components.module_context import refuse_foreign, require_allow_list
from components.module_folder import is_hidden
from components.naming import (
    MODULE_TAG,
    OWNER_TAG,
    check_module_name,
    default_prefix,
    is_module_name,
    owner,
    physical_name,
)
from components.printable import printable
from components.settings import ModuleSettings, StackSettings
from components.settings.configuration import written_document
from components.settings.declaration import MODULE_FILE, is_misnamed, read_smoke
from components.settings.document import Document
from components.settings.load import LoadedSettings, load_settings
from components.settings.module import Smoke
from components.settings.validation import did_you_mean
from components.settings.wiring import deployment_order

S = TypeVar("S", ModuleSettings, StackSettings)


@dataclass(frozen=True, kw_only=True)
class Module:
    name: str
    physical_name: str
    """The name of its function, role and repository."""
    settings: ModuleSettings
    content: Content
    """The content of the image that it runs."""
    after: Mapping[str, str] = field(default_factory=dict)
    """The modules that have to be deployed before it, each with the place of a setting that refers to it."""

    @property
    def prefix(self) -> str:
        """What the names of the stack's functions begin with."""
        return self.physical_name.removesuffix(physical_name("", self.name))


def find_modules(folder: Path, stack_document: Document) -> tuple[StackSettings, list[Module]]:
    """Read a stack's settings and the enabled modules below a folder, whose path is relative to the program.

    Modules come after those that they refer to and whose images they run. Hidden folders and those whose names begin
    with `_` are not modules. Raises ComponentError with all mistakes in all of them, before anything is changed.
    """
    problems = Problems()
    folders = _folders(folder, problems)
    project, stack = pulumi.get_project(), pulumi.get_stack()
    loaded = load_settings(stack_document, folders, stack, default_prefix(project, stack), problems)
    contents: dict[str, Content] = {}
    pipeline = loaded.stack.pipeline
    for name, settings in loaded.modules.items():
        with problems.collecting():
            if settings.image.module is None:
                contents[name] = read_content(folder / name, settings)
                if pipeline.are_built:
                    check_fetched(contents[name], large_files=pipeline.images == "build")
    problems.raise_any()
    if not loaded.modules:
        raise ComponentError(
            f"there is no enabled module in '{folder}', and an update would delete every function: "
            "make a folder with a Dockerfile in it, or delete them with `pulumi destroy`"
        )
    for warning in chain.from_iterable(warnings(contents).values() if pipeline.are_built else ()):
        pulumi.log.warn(warning)
    owned = {OWNER_TAG: owner(project, stack)}
    order = deployment_order(loaded.modules, loaded.after)
    return _tagged(loaded.stack, owned), [_module(name, loaded, contents, owned) for name in order]


def written_settings(project: str, stack: str) -> LoadedSettings:
    """Read the settings of a stack and its modules from the checkout in the current folder, without the engine.

    Raises ComponentError.
    """
    problems, document = Problems(), written_document(Path(f"Pulumi.{stack}.yaml"), project)
    folders = _folders(Path("modules"), problems)
    loaded = load_settings(document, folders, stack, default_prefix(project, stack), problems)
    problems.raise_any()
    return loaded


def written_smoke(project: str, stack: str, module: str) -> Smoke:
    """Read a module's smoke test from the checkout in the current folder, even if other settings have mistakes.

    Raises ComponentError.
    """
    return read_smoke(Path("modules", module), written_document(Path(f"Pulumi.{stack}.yaml"), project))


def module_folders(folder: Path) -> list[Path]:
    """The folders of modules, sorted by name, whatever they contain. Raises ComponentError."""
    return _folders(folder, Problems())


def check_known(names: Iterable[str], there: Iterable[str]) -> None:
    """Raise ComponentError for names that aren't among those of the enabled modules."""
    known, problems = [*there], Problems()
    problems.add(
        f"there is no enabled module '{printable(name)}': {did_you_mean(name, known)}"
        for name in names
        if name not in known
    )
    problems.raise_any()


def _folders(folder: Path, problems: Problems) -> list[Path]:
    """The folders that can be modules. What is wrong with other entries is added to the problems."""
    folders, unfetched = [], set(missing_submodules())
    for entry in _entries(folder):
        with problems.collecting():
            if not entry.is_dir():
                _refuse_misplaced(entry)
                continue
            refuse_outside(entry)
            if entry in unfetched:
                raise ComponentError(
                    f"'{printable(entry)}' is a Git submodule whose files are not in the checkout: {FETCH_SUBMODULES}"
                )
            if entry.name == printable(entry.name):  # otherwise every message about the module would have it
                folders.append(entry)
            check_module_name(entry.name)
    return folders


def read_content(folder: Path, settings: ModuleSettings) -> Content:
    """Read the content of a module's image. Raises ComponentError."""
    refuse_outside(folder)
    own, spec = folder.as_posix(), build_spec(folder, settings)
    if not Path(spec.dockerfile_path).exists():
        raise ComponentError(_no_dockerfile(folder, spec.dockerfile_path))
    require_allow_list(folder, spec)
    content = Content.read(spec)
    refuse_undeclared(spec)
    settings_file = posixpath.relpath(posixpath.join(own, MODULE_FILE), spec.context)
    if settings_file in content.context:
        raise ComponentError(
            f"{folder / MODULE_FILE} is part of the image's context, so that each change of a setting would build the "
            f"image: write a line `{settings_file}` into {spec.ignore_file()}"
        )
    refuse_foreign(folder, content)
    return content


def build_spec(folder: Path, settings: ModuleSettings) -> BuildSpec:
    """How a module's image is built. Raises ComponentError."""
    own = folder.as_posix()
    context = posixpath.normpath(posixpath.join(own, settings.context))
    return BuildSpec(
        context=context,
        dockerfile=posixpath.normpath(posixpath.join(own, settings.dockerfile)),
        target=settings.target,
        args=settings.build_args,
        platform=settings.architecture.platform,
        named_in=None if context == own else ".",
        secrets=sorted(settings.build_secrets),
        ssh=settings.build_ssh,
    )


def _no_dockerfile(folder: Path, dockerfile: str) -> str:
    if not any(folder.iterdir()):
        remedy = "the folder is empty: if it is a Git submodule, run `git submodule update --init`; else delete it"
    else:
        remedy = (
            f"write it, name another as `dockerfile`, or rename '{folder}' to '_{folder.name}' if it is not a module"
        )
    return f"there is no Dockerfile '{printable(dockerfile)}': {remedy}"


def _module(name: str, loaded: LoadedSettings, contents: dict[str, Content], tags: Mapping[str, str]) -> Module:
    settings = loaded.modules[name]
    return Module(
        name=name,
        physical_name=physical_name(loaded.stack.name_prefix, name),
        settings=_tagged(settings, {**tags, MODULE_TAG: name}),
        content=contents[settings.image.module or name],
        after=loaded.after.get(name, {}),
    )


def _tagged(settings: S, tags: Mapping[str, str]) -> S:
    return settings.model_copy(update={"tags": {**settings.tags, **tags}})


@reading()
def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise ComponentError(f"there is no folder '{folder}': make it, with a folder for each Lambda function in it")
    return sorted(entry for entry in folder.iterdir() if not is_hidden(entry.name))


def _refuse_misplaced(entry: Path) -> None:
    """Refuse an entry that was probably meant to be a module, because its function would be deleted without notice."""
    shown = printable(entry)
    if entry.is_symlink() and not entry.exists():
        raise ComponentError(f"the link '{shown}' is broken: fix or delete it")
    if entry.name == MODULE_FILE or is_misnamed(entry.name):
        raise ComponentError(f"'{shown}' isn't read as settings: it should be in a module's folder")
    if is_module_name(entry.name):
        raise ComponentError(f"'{shown}' is a file, and a module is a folder: delete it, or put a `_` before its name")
