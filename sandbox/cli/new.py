"""`new`: makes a module and its test from a template, which is a module itself."""

import shutil
from enum import StrEnum
from typing import Annotated

import typer

from sandbox.errors import SandboxError
from sandbox.layout import Layout

TEMPLATES = "_templates"
"""The folder below modules/ that has a folder for each runtime."""
_NOT_COPIED = shutil.ignore_patterns("__pycache__", "node_modules")


class Runtime(StrEnum):
    PYTHON = "python"
    NODE = "node"
    GO = "go"
    WEB = "web"
    CUSTOM = "custom"


def new(
    name: Annotated[str, typer.Argument(help="Of the module: a folder below modules/.")],
    runtime: Annotated[Runtime, typer.Option(help="What it runs on: docs/runtimes.md explains each.")] = Runtime.PYTHON,
) -> None:
    """Make a module that builds, deploys, answers and is tested."""
    project = Layout.of().project
    _check(name)
    template = f"{TEMPLATES}/{runtime}"
    folder, test = project / "modules" / name, project / "tests" / "modules" / _test(name)
    for path in (folder, test):
        if path.exists():
            what = f"{path.relative_to(project)} exists already"
            raise SandboxError(what, "choose another name, or edit what is there")
    shutil.copytree(project / "modules" / template, folder, symlinks=True, ignore=_NOT_COPIED)
    test.write_text((test.parent / _test(f"template-{runtime}")).read_text().replace(template, name))
    typer.echo(
        f"Made {folder.relative_to(project)} and {test.relative_to(project)}. Try them as they are, then edit them:\n"
        f"  make up\n"
        f"  make invoke MODULE={name}\n"
        f"  make test ARGS={test.relative_to(project)}"
    )


def _check(name: str) -> None:
    """Check the name by the program's own rules."""
    from components.errors import ComponentError
    from components.naming import check_module_name

    try:
        check_module_name(name)
    except ComponentError as invalid:
        raise SandboxError(str(invalid)) from invalid


def _test(module: str) -> str:
    return f"test_{module.replace('-', '_')}.py"
