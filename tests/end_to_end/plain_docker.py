#!/usr/bin/env python3
"""Stands in for `docker` on machines without buildx: builds and pushes with the plain client that PLAIN_DOCKER names.

It takes the command that `delivery.build --push` runs, and leaves out caches and attestations. The
base image is that of the tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

CLIENT = os.environ["PLAIN_DOCKER"]
BASE_IMAGE = "--build-arg=BASE_IMAGE=lambda-images/base:python3"
LEFT_OUT = ("--cache-from=", "--cache-to=", "--metadata-file=", "--provenance=", "--push", "--sbom=")


def main(arguments: list[str]) -> int:
    if arguments[:2] != ["buildx", "build"]:
        return subprocess.run([CLIENT, *arguments]).returncode
    given = [each for each in arguments[1:] if not each.startswith(LEFT_OUT)]
    (tag,) = (each.removeprefix("--tag=") for each in given if each.startswith("--tag="))
    (metadata,) = (each.partition("=")[2] for each in arguments if each.startswith("--metadata-file="))
    subprocess.run([CLIENT, *given, BASE_IMAGE], check=True, env={**os.environ, "DOCKER_BUILDKIT": "1"})
    subprocess.run([CLIENT, "push", tag], check=True)
    command = [CLIENT, "image", "inspect", "--format", "{{index .RepoDigests 0}}", tag]
    pushed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    Path(metadata).write_text(json.dumps({"containerimage.digest": pushed.partition("@")[2]}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
