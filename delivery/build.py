"""Builds a module's image as an update of a stack would: with the settings of both, but no credentials and no push.

python -m delivery.build thumbnail --stack dev
"""

import argparse
import subprocess
import sys
from pathlib import Path

from components.content import BuildSpec
from components.errors import ComponentError
from components.modules import read_content, written_settings
from components.settings.yaml_file import read_yaml


def build_command(spec: BuildSpec) -> list[str]:
    """Docker's, with all lines of all steps."""
    options = {"file": spec.dockerfile_path, "platform": spec.platform, "target": spec.target}
    given = [f"--{name}={value}" for name, value in options.items() if value]
    arguments = [f"--build-arg={name}={value}" for name, value in spec.args.items()]
    return ["docker", "build", "--progress=plain", *given, *arguments, spec.context]


def spec_of(module: str, stack: str) -> BuildSpec | str:
    """What to build, or why nothing. Raises ComponentError for everything that is wrong with the settings of any."""
    project = str(read_yaml(Path("Pulumi.yaml")).values["name"])
    modules = written_settings(project, stack).modules
    if module not in modules:
        return f"{module} is not enabled in {stack}"
    if builder := modules[module].image.module:
        return f"{module} runs the image of {builder}"
    return read_content(Path("modules", module), modules[module]).spec


def main() -> None:
    parser = argparse.ArgumentParser(description="Build a module's image as an update of a stack would.")
    parser.add_argument("module", help="the module's name, such as thumbnail")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    asked = parser.parse_args()
    try:
        spec = spec_of(asked.module, asked.stack)
    except ComponentError as wrong:
        sys.exit(f"error: {wrong}")
    if isinstance(spec, str):
        print(f"Nothing to build: {spec}.")
    else:
        sys.exit(subprocess.run(build_command(spec)).returncode)


if __name__ == "__main__":
    main()
