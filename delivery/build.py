"""Builds a module's image as an update of a stack would, but without credentials and without a push.

python -m delivery.build thumbnail --stack dev
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from components.errors import ComponentError
from components.image.content import BuildSpec
from components.modules import read_content, written_settings
from components.printable import printable, printable_lines
from components.settings.configuration import project_name


def build_command(spec: BuildSpec) -> list[str]:
    """Return the `docker build` command, which prints the full output of each step."""
    options = {"file": spec.dockerfile_path, "platform": spec.platform, "target": spec.target}
    given = [f"--{name}={value}" for name, value in options.items() if value]
    arguments = [f"--build-arg={name}={value}" for name, value in spec.args.items()]
    return ["docker", "build", "--progress=plain", *given, *arguments, spec.context]


def spec_of(module: str, stack: str) -> BuildSpec:
    """Return what to build. Raises ComponentError if there is nothing to build, or if any settings are invalid."""
    project = project_name()
    modules = written_settings(project, stack).modules
    if module not in modules:
        raise ComponentError(f"nothing to build: there is no module '{printable(module)}' enabled in {stack}")
    if builder := modules[module].image.module:
        raise ComponentError(f"nothing to build: {module} runs the image of {builder}, so build that")
    return read_content(Path("modules", module), modules[module]).spec


def run(command: Sequence[str]) -> int:
    """Run a command and return its exit code. Its output is escaped: a Dockerfile can't control the terminal or CI."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as running:
        for line in running.stdout or ():
            print(printable_lines(line), end="", flush=True)
    return running.returncode


def main() -> None:
    # Without `-h`, so that no module's name is taken for it: a folder can have any name.
    parser = argparse.ArgumentParser(
        description="Build a module's image as an update of a stack would.", add_help=False, allow_abbrev=False
    )
    parser.add_argument("--help", action="help", help="show this")
    parser.add_argument("module", help="the module's name, such as thumbnail, after `--` if it can be any text")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    options = parser.parse_args()
    try:
        command = build_command(spec_of(options.module, options.stack))
    except ComponentError as wrong:
        sys.exit(f"error: {wrong}")
    sys.exit(run(command))


if __name__ == "__main__":
    main()
