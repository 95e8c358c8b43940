"""The command `docker` in the sandbox: its builds take stand-ins for base images that can't be pulled.

The docker plugin does the same for the images that it builds. This is for all other builds, such as those with secrets.
"""

import argparse
import hashlib
import os
import shlex
import sys
from pathlib import Path

from components.image.dockerfile import needed_images
from sandbox.docker.engine import connect_docker
from sandbox.docker.stand_ins import Replacements, write_replaced
from sandbox.errors import SandboxError
from sandbox.layout import Layout

_BUILDS = """\
case " $1 $2 " in
" build "* | " image build " | " buildx build ") PYTHONPATH={project} exec {python} -P -m {module} {arguments} "$@" ;;
esac
"""


def place(client: Path, layout: Layout, *, replacing: bool = True) -> None:
    """Put the command first on the sandbox's PATH. `client` is the one that it runs.

    Without `replacing`, it leaves builds as they are, too.
    """
    command = layout.bin / "docker"
    if client == command:  # in a command that runs in the sandbox
        return
    builds = _BUILDS.format(
        project=shlex.quote(str(Path(__file__).parents[2])),
        python=shlex.quote(sys.executable),
        module=__spec__.name,
        arguments=shlex.join(map(str, (client, layout.project, layout.home, layout.tools))),
    )
    script = f'#!/bin/sh\n{builds if replacing else ""}exec {shlex.quote(str(client))} "$@"\n'
    layout.bin.mkdir(parents=True, exist_ok=True)
    if command.is_symlink() or not command.exists() or command.read_text() != script:
        unfinished = command.with_name(f"docker.{os.getpid()}")
        unfinished.write_text(script)
        unfinished.chmod(0o755)
        unfinished.rename(command)


def with_stand_ins(arguments: list[str], layout: Layout) -> list[str]:
    """Return the arguments of a build that takes stand-ins where it has to. Raises SandboxError."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--file", "-f")
    parser.add_argument("--build-arg", action="append", default=[])
    parser.add_argument("--target")
    given, others = parser.parse_known_args(arguments)
    file = Path(given.file or Path(others[-1], "Dockerfile"))
    if not file.is_file():  # the client says what is wrong, or reads its standard input
        return arguments
    text = file.read_text(errors="surrogateescape")
    args = {name: value for name, equals, value in (each.partition("=") for each in given.build_arg) if equals}
    if not (images := needed_images(text, args, given.target)):
        return arguments
    path = os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(layout.bin))
    engine = connect_docker({**os.environ, "PATH": path})
    replacements = Replacements(engine, layout).of(images, lambda note: print(note, file=sys.stderr))
    if not replacements:
        return arguments
    name = hashlib.sha256(f"{file.resolve()}\n{args}\n{replacements}\n{text}".encode(errors="surrogateescape"))
    written = write_replaced(file, text, replacements, args, layout.home / "dockerfiles" / name.hexdigest()[:16])
    return [*arguments, f"--file={written}"]


def main() -> None:
    client, project, home, tools, *arguments = sys.argv[1:]
    layout = Layout(project=Path(project), home=Path(home), tools=Path(tools))
    try:
        command = [client, *(arguments if "--help" in arguments else with_stand_ins(arguments, layout))]
    except SandboxError as failed:
        sys.exit(f"error: {failed.what}\n  -> {failed.remedy}")
    os.execv(client, command)


if __name__ == "__main__":
    main()
