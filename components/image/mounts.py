"""Finds the secrets and SSH agents that a Dockerfile mounts, so that a missing declaration is reported before a build.

https://docs.docker.com/reference/dockerfile/#run---mount
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.errors import ComponentError
from components.files.checkout import read
from components.image.content import MAX_DOCKERFILE_BYTES, BuildSpec
from components.image.dockerfile import instructions
from components.printable import printable

_RUN = re.compile(r"\s*RUN\s+(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_FLAG = re.compile(r"--(?P<name>[a-z]+)(?:=(?P<value>(?:\"[^\"]*\"|'[^']*'|\S)+))?\s*")


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A mount of a secret or of an SSH agent."""

    line: int
    """Where its instruction begins."""
    kind: str
    """`secret` or `ssh`."""
    name: str
    """The id. `default` is that of the SSH agent that has none."""
    optional: bool
    """Whether the Dockerfile says `required=false`. BuildKit also assumes that if nothing is said, and then runs the
    command without the secret, which few commands expect."""


def refuse_undeclared(spec: BuildSpec) -> None:
    """Raise ComponentError if the Dockerfile mounts what the module's settings don't declare."""
    text = read(Path(spec.dockerfile_path), MAX_DOCKERFILE_BYTES).decode(errors="replace")
    if wrong := [
        f"{printable(spec.dockerfile_path)}, line {mount.line}, mounts {reason}"
        for mount in mounts_in(text)
        if not mount.optional and (reason := _undeclared(mount, spec))
    ]:
        raise ComponentError("\n".join(wrong))


def _undeclared(mount: Mount, spec: BuildSpec) -> str | None:
    if "$" in mount.name:  # only the build knows its value
        return None
    optional = "or write `required=false` in the Dockerfile if it works without"
    name = printable(mount.name)
    if mount.kind == "secret":
        if mount.name in spec.secrets:
            return None
        return (
            f"the secret '{name}', which the module doesn't declare: name it below `buildSecrets` in its module.yaml, "
            f"{optional}"
        )
    if mount.name != "default":
        return f"the SSH agent '{name}', and builds have only the default one: leave out its id"
    return None if spec.ssh else f"an SSH agent: set `buildSsh: true` in the module's module.yaml, {optional}"


def mounts_in(dockerfile: str) -> Iterator[Mount]:
    """Yield the mounts of secrets and SSH agents in the order of the file."""
    for line, instruction in instructions(dockerfile):
        run = _RUN.fullmatch(instruction)
        rest = run["rest"] if run else ""
        while flag := _FLAG.match(rest):
            rest = rest[flag.end() :]
            if flag["name"] == "mount" and (mount := _mount(line, flag["value"] or "")):
                yield mount


def _mount(line: int, value: str) -> Mount | None:
    options: dict[str, str] = {}
    for option in value.replace('"', "").replace("'", "").split(","):
        name, _, given = option.partition("=")
        options[name.strip().lower()] = given.strip()
    kind = options.get("type", "bind")
    if kind not in ("secret", "ssh"):
        return None
    target = options.get("target") or options.get("dst") or options.get("destination") or ""
    name = options.get("id") or (posixpath.basename(target) if kind == "secret" else "default")
    return Mount(line=line, kind=kind, name=name, optional=options.get("required", "").lower() in ("false", "0"))
