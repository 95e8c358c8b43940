"""The workflows and local actions, read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
GITHUB = PROJECT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: to 1.1, which PyYAML reads, the key `on` is one."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if letter not in "oO"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text(), _Loader)
    return content


@dataclass(frozen=True)
class Step:
    """A step with the place it was found at."""

    file: Path
    job: str
    content: dict[str, Any]


def steps() -> Iterator[Step]:
    for file in WORKFLOWS:
        for name, job in read(file)["jobs"].items():
            yield from (Step(file, name, step) for step in job.get("steps", []))
    for file in ACTIONS:
        yield from (Step(file, "", step) for step in read(file)["runs"]["steps"])
