"""Deletes the published versions of a stack's functions that are neither used nor among the newest.

    python -m delivery.prune --stack dev --dry-run
    python -m delivery.prune thumbnail --stack dev

The setting `keepVersions` says how many versions stay. If the stack runs images where another stack has them
(`pipeline.images: tag`), the command also removes the stack's tags from images that none of its versions uses. It needs
the caller's AWS credentials, and neither Docker nor the Pulumi engine.
"""

import argparse
import re
import sys
from collections.abc import Collection, Iterator

from components.function.release import Live
from components.image.tags import promoted_tag
from components.printable import printable
from components.served import ALIAS
from delivery.live import Function, ReleaseError, aws_errors
from delivery.stack import Stack

MAX_IMAGES = 100
"""How many tags one call removes: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html"""


def unused(versions: Collection[int], referenced: Collection[int], live: Live, keep: int) -> list[int]:
    """Return the versions to delete, the oldest first.

    Those that stay are the newest `keep`, the newest `keep` that passed their checks, those that an alias refers to,
    and those of a hold. `referenced` are the versions that the aliases of the function refer to; `live` is one of them.
    """
    held = {live.hold.version, live.hold.instead_of} if live.hold else set()
    newest = sorted(versions)[-keep:]
    return sorted(set(versions) - {*newest, *last_passed(versions, live, keep), *referenced, *held})


def last_passed(versions: Collection[int], live: Live, keep: int) -> list[int]:
    """Return the newest `keep` of the versions that passed their checks. A rollback can serve these."""
    return sorted(set(live.passed) & set(versions))[-keep:]


def prune(function: Function, keep: int, dry_run: bool) -> str:
    """Delete a function's unused versions, and return what to tell the user. Raises ReleaseError if AWS refuses."""
    alias = function.alias()
    if alias is None:
        return f"{function.module}: nothing is deleted, because it has no alias `{ALIAS}`, which names what passed"
    versions = function.numbers()
    chosen = unused(versions, function.referenced(), alias.live, keep)
    if not chosen:
        return f"{function.module}: nothing to delete, {len(versions)} kept"
    if dry_run:
        return f"{function.module}: would delete {_named(chosen)} and keep {len(versions) - len(chosen)}"
    refused = [version for version in chosen if not function.delete(version)]
    deleted = [version for version in chosen if version not in refused]
    line = f"{function.module}: deleted {_named(deleted)} and kept {len(versions) - len(deleted)}"
    if refused:
        line += f"; Lambda refused to delete {_named(refused)}, which an alias has just been moved to"
    return line


def release_images(stack: Stack, dry_run: bool) -> Iterator[str]:
    """Remove the stack's tags from images in another stack's repositories that no version of its functions uses.

    Yields what to tell the user. Raises ReleaseError if AWS refuses.
    """
    used = {image for function in stack.functions() for image in function.images()}
    ecr = stack.client("ecr")
    for address in sorted({image.partition("@")[0] for image in used}):
        host, _, repository = address.partition("/")
        registry = re.match(r"(?P<account>\d{12})\.dkr[.-]ecr", host)
        where = {"repositoryName": repository, **({"registryId": registry["account"]} if registry else {})}
        with aws_errors(f"reading the images of {repository}"):
            pages = ecr.get_paginator("describe_images").paginate(**where, filter={"tagStatus": "TAGGED"})
            images = [image for page in pages for image in page["imageDetails"]]
        unused_tags = [
            tag
            for image in images
            if f"{address}@{image['imageDigest']}" not in used
            for tag in image["imageTags"]
            # Without another tag, the image would be deleted.
            if tag == promoted_tag(stack.name, image["imageDigest"]) and len(image["imageTags"]) > 1
        ]
        if unused_tags and not dry_run:
            with aws_errors(f"removing tags in {repository}"):
                for start in range(0, len(unused_tags), MAX_IMAGES):
                    chosen = [{"imageTag": tag} for tag in unused_tags[start : start + MAX_IMAGES]]
                    ecr.batch_delete_image(**where, imageIds=chosen)
        if unused_tags:
            yield f"{repository}: {'would release' if dry_run else 'released'} {', '.join(sorted(unused_tags))}"


def prune_stack(stack: Stack, module: str | None, dry_run: bool) -> Iterator[str]:
    """Delete what is unused of a module, or without one, of a stack. Yields what to tell the user.

    Raises ReleaseError if AWS refuses.
    """
    keep = stack.keep_versions()
    for function in stack.chosen(module):
        yield prune(function, keep, dry_run)
    if module is None and stack.tags_images():
        yield from map(printable, release_images(stack, dry_run))


def _named(versions: list[int]) -> str:
    if not versions:
        return "no version"
    return f"version{'s' if len(versions) > 1 else ''} {', '.join(map(str, versions))}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Delete versions that are neither used nor among the newest.")
    parser.add_argument("module", nargs="?", help="only this module's; all modules' if not given")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    parser.add_argument("--dry-run", action="store_true", help="print what would be deleted")
    options = parser.parse_args()
    try:
        for line in prune_stack(Stack.of(options.stack), options.module, options.dry_run):
            print(line, flush=True)
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")


if __name__ == "__main__":
    main()
