"""What a change to the repository affects: which modules are to be built, and whether a stack would see a difference.

    python -m delivery.affected HEAD^1

Prints `modules=` with a JSON list and `stacks=` with `true` or `false`: the form of a GitHub Actions step's outputs.
Needs git and the standard library only.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

MODULES = "modules/"
DEPLOYED = (
    ".github/actions/",
    ".github/workflows/deploy-stack.yml",
    ".github/workflows/deploy.yml",
    ".pulumi.version",
    "Pulumi.dev.yaml",
    "Pulumi.prod.yaml",
    "Pulumi.yaml",
    "__main__.py",
    "components/",
    "constraints.txt",
    "delivery/",
    MODULES,
    "requirements.txt",
)
"""What an update of a stack reads or runs: files, and folders with a slash at the end. Also the paths of deploy.yml."""


def affected_modules(changed: Iterable[str], root: Path = Path()) -> list[str]:
    """The modules with a changed file, by name, but for those that are gone; hidden folders and `_...` are none."""
    names = {path.split("/")[1] for path in changed if path.startswith(MODULES)}
    return sorted(name for name in names if not name.startswith((".", "_")) and (root / MODULES / name).is_dir())


def affects_stacks(changed: Iterable[str]) -> bool:
    return any(path.startswith(DEPLOYED) for path in changed)


def changed_files(base: str) -> list[str]:
    """What differs between a commit and HEAD. A file that moved counts at both its places."""
    command = ["git", "diff", "--name-only", "--no-renames", "-z", base, "HEAD"]
    listed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, errors="surrogateescape")
    return listed.stdout.split("\0")[:-1]


def main(base: str) -> None:
    changed = changed_files(base)
    print(f"modules={json.dumps(affected_modules(changed))}")
    print(f"stacks={json.dumps(affects_stacks(changed))}")


if __name__ == "__main__":
    main(sys.argv[1])
