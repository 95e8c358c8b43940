#!/usr/bin/env python3
"""Stands in for actions and tools while a workflow is replayed: records its arguments, and does as the scenario says.

An action calls it with its own name, and its inputs as a JSON object in INPUTS; a tool is a link to it. REPLAY_CALLS
names the file that gets a JSON object for each call. A call that has all words of REPLAY_FAIL in it fails.
REPLAY_ENDED names the modules of which a canary ends. REPLAY_COMMENT is the id of the comment that there is, and
REPLAY_ISSUE the number of the issue. REPLAY_DRIFT is what differs in the stack `dev`. REPLAY_PULL is the pull request
as GitHub's API returns it. REPLAY_UNUSED is the JSON list of preview environments to destroy.
REPLAY_JOBS is a JSON object with what jobs have to `build` and the `repositories` to create, as `delivery.images`
prints them, and all `images` of `dev`.
"""

import json
import os
import shutil
import sys
from pathlib import Path

NEED_AWS = (
    *("delivery.drift", "delivery.health", "delivery.preflight", "delivery.promote", "delivery.prune"),
    *("delivery.shipped", "delivery.summary", "delivery.unused_stacks"),
)
ROLE = "REPLAY_ROLE"
"""Exported in place of credentials: whose they would be."""


def main(name: str, *arguments: str) -> int:
    inputs = json.loads(os.environ.get("INPUTS", "{}"))
    given = [*arguments, *(f"{key}={value}" for key, value in inputs.items() if value)]
    call = " ".join([name, *given])
    with open(os.environ["REPLAY_CALLS"], "a") as calls:
        note = {"job": os.environ["GITHUB_JOB"], "call": call, "role": os.environ.get(ROLE, "")}
        if name == "gh" and "--input" in arguments:
            note["body"] = json.load(sys.stdin)["body"]
        if excluded := os.environ.get("EXCLUDED_MODULES"):
            note["excluded"] = excluded
        if images := os.environ.get("IMAGES_FILE"):
            note["images"] = Path(images).read_text() if Path(images).exists() else ""
        calls.write(f"{json.dumps(note)}\n")
    answer(name, given)
    if name.endswith("-artifact"):
        return hand_over(name, inputs)
    if "role-to-assume" in inputs:
        with open(os.environ["GITHUB_ENV"], "a") as environment:
            environment.write(f"{ROLE}={inputs['role-to-assume']}\n")
    failing = set(os.environ.get("REPLAY_FAIL", "").split())
    return int(bool(failing) and failing <= {name, *given})


def answer(name: str, given: list[str]) -> None:
    if name == "docker" and given[0] == "info":
        print("overlay2")
    elif name == "pulumi":
        print("[]" if "history" in given else "{}" if "preview" in given else '{"version": 3, "deployment": null}')
    elif name == "actions/checkout":  # act itself checks out what was pushed, but nothing that `ref` names
        shutil.copytree(os.environ["REPLAY_CHECKOUT"], ".", symlinks=True, dirs_exist_ok=True)
    elif name == "curl":
        shutil.copy(os.environ["REPLAY_ENGINE"], given[given.index("--output") + 1])
    elif "delivery.drift" in given:
        print(os.environ.get("REPLAY_DRIFT", "") if given[-1] == "dev" else "", end="")
    elif "--to" in given:
        build(given)
    elif "delivery.shipped" in given:
        print(f"images of {given[-1]} in run {os.environ['GITHUB_RUN_ID']}")
    elif "delivery.promote" in given:
        with open(os.environ["GITHUB_OUTPUT"], "a") as outputs:
            outputs.write(f"ended={os.environ.get('REPLAY_ENDED', '')}\n")
    elif name == "python" and "venv" in given:
        make_environment(Path(given[-1]))
    elif "delivery.unused_stacks" in given:
        print(f"stacks={os.environ['REPLAY_UNUSED']}")
    elif name == "gh" and "/pulls/" in given[-1]:
        print(os.environ["REPLAY_PULL"])
    elif name == "gh":
        found = "REPLAY_COMMENT" if "/comments" in " ".join(given) else "REPLAY_ISSUE"
        print(os.environ.get(found, "") if "--jq" in given else "")
    else:
        print(f"[stand-in] {name}", *given, sep="\n  ")


def build(given: list[str]) -> None:
    """Do as `delivery.images` and `delivery.build --push`: write the images that are there, or the one built."""
    jobs = json.loads(os.environ["REPLAY_JOBS"])
    missing = [entry["module"] for entry in jobs["build"]]
    if "delivery.build" in given:
        images = {given[-1]: jobs["images"][given[-1]]}
    else:
        images = {module: image for module, image in jobs["images"].items() if module not in missing}
        print(f"build={json.dumps(jobs['build'])}\nrepositories={jobs['repositories']}")
    Path(given[given.index("--to") + 1]).write_text(json.dumps({"stack": "dev", "modules": images}))


def hand_over(name: str, inputs: dict[str, str]) -> int:
    """Do as the actions for artifacts: without a file, an upload only warns; without an artifact, a download fails.

    A download by a pattern merges what it finds, and takes nothing for an answer.
    """
    artifacts = Path(os.environ["REPLAY_CALLS"]).parent / "artifacts"
    path = Path(inputs["path"])
    if name == "actions/download-artifact":
        found = sorted(artifacts.glob(inputs["pattern"] or inputs["name"]))
        for kept in found:
            shutil.copytree(kept, path, dirs_exist_ok=True)
        return int(not found and not inputs["pattern"])
    if path.exists():
        kept = artifacts / inputs["name"]
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, kept)
    return 0


def make_environment(folder: Path) -> None:
    """As `python -m venv`, with an interpreter that really runs, with the tests' packages, and a pip that doesn't.

    The interpreter passes modules that need AWS to this stand-in.
    """
    (folder / "bin").mkdir(parents=True)
    interpreter = folder / "bin" / "python"
    interpreter.write_text(
        f'''#!/bin/sh
case "$2" in {"|".join(NEED_AWS)}) exec "{__file__}" "$@" ;; esac
case "$*" in *delivery.build*--push*|*delivery.images*_found.json) exec "{__file__}" "$@" ;; esac
exec "{os.environ["REPLAY_PYTHON"]}" "$@"
'''
    )
    interpreter.chmod(0o755)
    (folder / "bin" / "pip").symlink_to(__file__)


if __name__ == "__main__":
    called = Path(sys.argv[0])
    sys.exit(main(*sys.argv[1:]) if called.suffix else main(called.name, *sys.argv[1:]))
