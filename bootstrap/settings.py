"""The program's configuration, checked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.errors import ComponentError, Problems
from components.naming import is_module_name
from components.printable import printable

PULL_REQUESTS = "pr"
"""The environment of the stacks `pr-<number>`, one for each pull request that has a preview environment."""
MAX_ENVIRONMENT_CHARACTERS = 20
"""The policies fit into IAM's limits with names of this length."""
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[\w.-]+|[A-Za-z0-9-]+@[0-9]+/[\w.-]+@[0-9]+", re.ASCII)
_PREVIEW_SUBJECT = re.compile(r"pull_request|ref:refs/heads/[\w./-]+|environment:[\w.-]+", re.ASCII)


def takes_images(environment: str, preview_subject: str) -> bool:
    """Whether the environment's stack may take the images of another one: neither one of the first stacks nor `pr`."""
    return preview_subject != "pull_request" and environment != PULL_REQUESTS


def state_of(environment: str) -> str:
    """The stacks whose state the deploy role of an environment keeps, as a pattern in an ARN."""
    return f"{environment}-*" if environment == PULL_REQUESTS else environment


@dataclass(frozen=True, kw_only=True)
class Settings:
    bucket: str
    repository: str
    """As in the subjects of GitHub's tokens: with or without the ids of owner and repository."""
    environments: Mapping[str, str]
    """By environment, the end of the subject that its preview role trusts."""
    build_jobs: Sequence[str] = ()
    """The environments whose images are built in jobs, by a role of their own."""

    @classmethod
    def of(cls, config: pulumi.Config) -> "Settings":
        """Raises ComponentError with a line for each problem, and ConfigMissingError."""
        settings = cls(
            bucket=config.require("bucket"),
            repository=config.require("repository"),
            environments=_environments(config),
            build_jobs=_build_jobs(config),
        )
        problems = Problems()
        problems.add(_wrong_bucket(settings.bucket))
        problems.add(_wrong_repository(settings.repository))
        problems.add(_wrong_environments(settings.environments))
        problems.add(_wrong_build_jobs(settings))
        problems.raise_any()
        return settings


def _environments(config: pulumi.Config) -> Mapping[str, str]:
    try:
        found: Any = config.get_object("environments", {})
    except pulumi.ConfigTypeError:
        found = None
    return _map_of_texts(found)


def checked_environments(found: Any) -> Mapping[str, str]:
    """Return the setting `environments`. Raises ComponentError with a line for each problem."""
    environments = _map_of_texts(found)
    problems = Problems()
    problems.add(_wrong_environments(environments))
    problems.raise_any()
    return environments


def _map_of_texts(found: Any) -> Mapping[str, str]:
    if not isinstance(found, Mapping) or not all(isinstance(value, str) for value in found.values()):
        raise ComponentError(
            "environments: must be a map from environments to the jobs that their preview roles trust, "
            "such as {dev: pull_request}"
        )
    return found


def _build_jobs(config: pulumi.Config) -> Sequence[str]:
    try:
        found: Any = config.get_object("buildJobs", [])
    except pulumi.ConfigTypeError:
        found = None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ComponentError("buildJobs: must be a list of environments, such as [dev]")
    return found


def _wrong_build_jobs(settings: Settings) -> Iterator[str]:
    for name in settings.build_jobs:
        if name not in settings.environments:
            yield f"buildJobs: '{printable(name)}' is not one of the environments: add it to them, or remove it"


def _wrong_bucket(name: str) -> Iterator[str]:
    if not _BUCKET.fullmatch(name):
        yield f"bucket: '{printable(name)}' can't be a bucket: use 3 to 63 lower-case letters, digits and hyphens"


def _wrong_repository(name: str) -> Iterator[str]:
    if not _REPOSITORY.fullmatch(name):
        yield (
            f"repository: '{printable(name)}' is not a repository as in the subjects of GitHub's tokens: "
            "use a form such as octo/lambda-images or octo@583231/lambda-images@1296269"
        )


def _wrong_environments(environments: Mapping[str, str]) -> Iterator[str]:
    if not environments:
        yield "environments: there must be at least one"
    for name, subject in environments.items():
        if not is_module_name(name) or len(name) > MAX_ENVIRONMENT_CHARACTERS:
            yield (
                f"environments: '{printable(name)}' can't be the name of a stack here: use up to "
                f"{MAX_ENVIRONMENT_CHARACTERS} lower-case letters, digits and single hyphens, beginning with a letter"
            )
        if not _PREVIEW_SUBJECT.fullmatch(subject):
            yield (
                f"environments: the preview role of '{printable(name)}' can't trust '{printable(subject)}': use "
                "pull_request, ref:refs/heads/<branch> or environment:<name>"
            )
        for other in environments:
            if other.startswith(f"{name}-"):
                yield (
                    f"environments: '{printable(other)}' begins with '{printable(name)}-', so the deploy role of "
                    f"'{printable(name)}' could change its resources: rename one of them"
                )
