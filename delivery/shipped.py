"""Prints the images that a stack serves, so that a pipeline can hand exactly these over to the next stack.

    python -m delivery.shipped --stack dev > images.json
    IMAGES_FILE=images.json pulumi up --stack prod

It reads AWS's own records: of a module that is held, the image of the version that is served; of one that has a
canary, that of the version beside the canary, because the canary has not passed yet. It needs the caller's AWS
credentials, and neither Docker nor the Pulumi engine.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from components.image.tags import is_build_tag
from components.printable import printable
from delivery.clients import MAX_CONCURRENT_CALLS
from delivery.live import Function, ReleaseError, Version
from delivery.stack import Stack


def shipped(stack: Stack, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of the file, which `components.image.handover` reads. Raises ReleaseError if AWS refuses."""
    functions = stack.functions()
    with ThreadPoolExecutor(MAX_CONCURRENT_CALLS) as threads:
        served = zip(functions, threads.map(_served, functions), strict=True)
        modules = {function.module: _image(version) for function, version in served if version is not None}
    return hand_over(stack.name, modules, environ)


def hand_over(stack: str, modules: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of a file that `components.image.handover` reads."""
    return {"stack": stack, "run": run_of(environ), "commit": environ.get("GITHUB_SHA", ""), "modules": modules}


def run_of(environ: Mapping[str, str]) -> str:
    """Return the address of the run of GitHub Actions. Empty outside of one."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environ.get(name, "") for name in names)
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def _served(function: Function) -> Version | None:
    alias = function.alias()
    if alias is None:
        _note(f"{function.module} is left out: no version has passed its checks")
        return None
    if alias.live.predicate:
        _note(f"{function.module} {alias.live.predicate}: version {alias.live.version} is handed over")
    return function.version(alias.live.version, alias)


def _image(version: Version) -> dict[str, str]:
    tag = version.tag or ""
    return {"image": version.image_uri, **({"tag": tag} if is_build_tag(tag) else {})}


def _note(line: str) -> None:
    print(printable(line), file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the images that a stack serves, for another stack.")
    parser.add_argument("--stack", required=True, help="the stack's name, such as dev")
    options = parser.parse_args()
    try:
        print(json.dumps(shipped(Stack.of(options.stack), os.environ), indent=2))
    except ReleaseError as failed:
        sys.exit(f"error: {failed}")


if __name__ == "__main__":
    main()
