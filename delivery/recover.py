"""What to renew before an update, after one that didn't finish.

A build's tag is fixed before the image is built and pushed. A run that ends in between, killed or refused, may have
pushed an image under that tag; building again gives another digest, which an immutable tag refuses for ever.
So a build that has no finished image is renewed: it gets a new tag.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

BUILD_RECORD = "pulumi:index:Stash"
IMAGE = "docker:index/image:Image"


def unfinished_builds(export: Mapping[str, Any]) -> list[str]:
    """The URNs of build records without a finished image, in an export of a stack (`pulumi stack export`)."""
    resources = (export.get("deployment") or {}).get("resources") or []
    images = {resource["outputs"].get("imageName") for resource in resources if resource["type"] == IMAGE}
    finished = {str(name).rpartition(":")[2] for name in images}
    return [record["urn"] for record in build_records(resources) if record["outputs"]["output"]["tag"] not in finished]


def build_records(resources: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those of a state's resources that fix a build's tag, but for what waits for its deletion."""
    for resource in resources:
        output = resource.get("outputs", {}).get("output")
        if resource["type"] == BUILD_RECORD and not resource.get("delete") and "tag" in (output or {}):
            yield resource


def main() -> None:
    """Reads an export on standard input, writes a URN a line."""
    for urn in unfinished_builds(json.load(sys.stdin)):
        print(urn)


if __name__ == "__main__":
    main()
