"""Finds the preview environments of pull requests that no longer have one.

    python -m delivery.unused_stacks

It lists the stacks `pr-<number>` in the state's bucket, and asks GitHub about their pull requests. It prints `stacks=`
with a JSON list of the stacks whose pull request is closed, comes from a fork or doesn't have the label: the form of a
GitHub Actions step's outputs. Needs `gh` with a token that may read pull requests, and the bucket in
PULUMI_BACKEND_URL. `pulumi stack ls` isn't used, because it reads the state of all stacks.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from components.errors import ComponentError
from components.printable import printable, printable_lines
from components.settings.configuration import project_name
from delivery.clients import aws_clients
from delivery.github import GitHubError, api, repository
from delivery.pull_request_stack import number_of, stack_of

LABEL = "preview"
"""The label of pull requests that have a preview environment."""


class LookupFailed(Exception):
    """GitHub or the bucket can't be asked."""

    def __init__(self, message: str) -> None:
        super().__init__(printable_lines(message))


def stacks_in_backend(project: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the stacks of pull requests in the state's bucket, sorted by number. Raises LookupFailed."""
    from botocore.exceptions import BotoCoreError, ClientError  # here, because it takes 0.3 s to load

    url = urlsplit(environ.get("PULUMI_BACKEND_URL", ""))
    if url.scheme != "s3":
        raise LookupFailed("PULUMI_BACKEND_URL is not an S3 bucket, such as s3://your-state-bucket")
    region = parse_qs(url.query).get("region", [environ.get("AWS_REGION", "")])[0]
    prefix = f"{url.path}/.pulumi/stacks/{project}/".lstrip("/")
    pages = aws_clients(lambda: region, environ)("s3").get_paginator("list_objects_v2")
    try:
        keys = [found["Key"] for page in pages.paginate(Bucket=url.netloc, Prefix=prefix) for found in _contents(page)]
    except (BotoCoreError, ClientError) as error:
        raise LookupFailed(f"can't list the stacks in {url.netloc}: {error}") from error
    files = (key.removeprefix(prefix).removesuffix(".gz") for key in keys)
    stacks = (file.removesuffix(".json") for file in files if file.endswith(".json"))
    return [stack_of(number) for number in sorted({number_of(stack) or 0 for stack in stacks} - {0})]


def _contents(page: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = page.get("Contents", [])
    return found


def is_wanted(number: int) -> bool:
    """Return whether a pull request has a preview environment now. Raises LookupFailed."""
    try:
        found = json.loads(api(f"{repository()}/pulls/{number}"))
    except (GitHubError, ValueError) as error:
        raise LookupFailed(f"can't ask GitHub about pull request {number}: {error}") from error
    labels = {label["name"] for label in found["labels"]}
    head = (found["head"]["repo"] or {}).get("full_name")
    return found["state"] == "open" and LABEL in labels and head == os.environ["GITHUB_REPOSITORY"]


def unused(stacks: Iterable[str], problems: list[LookupFailed]) -> Iterator[str]:
    """Yield the stacks that no pull request has. Those that GitHub can't be asked about are problems."""
    for stack in stacks:
        try:
            if not is_wanted(number_of(stack) or 0):
                yield stack
        except LookupFailed as failed:
            problems.append(failed)


def main() -> None:
    problems: list[LookupFailed] = []
    try:
        stacks = [*unused(stacks_in_backend(project_name()), problems)]
    except (ComponentError, LookupFailed) as failed:
        sys.exit(f"error: {failed}")
    print(f"stacks={json.dumps(stacks)}")
    if problems:
        sys.exit("\n".join(f"error: {printable(problem)}" for problem in problems))


if __name__ == "__main__":
    main()
