"""`new`: makes a module and its test from the template, which is a module itself."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from sandbox.errors import SandboxError
from sandbox.layout import Layout

TEMPLATE = "_template"


def new(name: Annotated[str, typer.Argument(help="Of the module: a folder below modules/.")]) -> None:
    """Make a module that builds, deploys, answers and is tested."""
    project = Layout.of().project
    _check(name)
    folder, test = project / "modules" / name, _test(project, name)
    for path in (folder, test):
        if path.exists():
            what = f"{path.relative_to(project)} exists already"
            raise SandboxError(what, "choose another name, or edit what is there")
    template, ignored = project / "modules" / TEMPLATE, shutil.ignore_patterns("__pycache__")
    shutil.copytree(template, folder, symlinks=True, ignore=ignored)  # a link may lead out of the template
    test.write_text(_test(project, TEMPLATE).read_text().replace(TEMPLATE, name))
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


def _test(project: Path, module: str) -> Path:
    return project / "tests" / "modules" / f"test_{module.strip('_').replace('-', '_')}.py"
