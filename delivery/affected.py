"""Finds what a change affects: which images it changes, which tests, and whether a stack would see a difference.

    python -m delivery.affected HEAD^1

It compares the checkout with a commit. Both are read by the program's own code, as an update of each stack would read
them, so every file that an image or a setting depends on is considered. It prints the outputs of a GitHub Actions step:

- `images=`, a JSON list of objects, each with the `module` to build and the `stack` whose settings to build it with
- `stacks=`, whether the change affects any stack: `true` or `false`
- `framework=`, `true` if it changes anything but what users write: modules, `shared/`, resources, modules' tests,
  and stacks' settings; else `false`
- `tests=`, a JSON list of objects, each with a `module` whose own tests it affects, and the `file` with these
- those of `delivery.stages`, about the order in which the stacks are deployed

Needs git and the program's packages, but neither credentials nor the engine.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, chdir, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from components.errors import ComponentError, Problems
from components.modules import module_folders, read_content, written_settings
from components.printable import printable
from components.settings import ModuleSettings
from components.settings.configuration import project_name
from delivery.stages import output_lines, pipelines

UNREAD = (
    ".ci/",
    ".github/CODEOWNERS",
    ".github/dependabot.yml",
    ".github/tools/",
    ".github/workflows/drift.yml",
    ".github/workflows/preview-environment.yml",
    ".github/workflows/promote.yml",
    ".github/workflows/pull-request.yml",
    ".github/workflows/release-lock.yml",
    ".github/workflows/rollback.yml",
    ".github/workflows/weekly.yml",
    ".github/zizmor.yml",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".yamllint.yml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "Pulumi.local.yaml",
    "README.md",
    "benchmarks/",
    "bin/",
    "bootstrap/",
    "docs/",
    "examples/",
    "modules/_",
    "modules/module.schema.json",
    "operations/",
    "pyproject.toml",
    "requirements-dev.in",
    "requirements-dev.txt",
    "requirements.in",
    "sandbox/",
    "tests/",
)
"""Prefixes of paths that neither the program nor a deployment reads by itself. Everything else affects the stacks.

If a module's settings or image read a file below one of them, a change of that file is still noticed.
"""

_SUBMODULE = "160000"
"""The mode of a submodule in git's index."""
_USERS_FILE = re.compile(
    r"(modules/[^_/][^/]*|resources|shared)/.*|resources\.py|tests/modules/test_(?!template_).*\.py|Pulumi\..+\.yaml"
)


@dataclass(frozen=True)
class Shipped:
    """What an update of a stack would ship of a module."""

    settings: ModuleSettings
    identity: str | None
    """Identifies the content of the module's own image. None if the module runs another module's image, or the stack
    another stack's images."""
    named: frozenset[str] = frozenset()
    """The modules that its settings refer to."""


Stacks = Mapping[str, Mapping[str, Shipped]]
"""What an update would ship, by stack and module."""


def shipped() -> Stacks:
    """Return what the checkout, which is the current folder, ships to each stack of the pipeline.

    Raises ComponentError.
    """
    project = project_name()
    problems, found = Problems(), {}
    for stack in pipelines():
        with problems.collecting():
            found[stack] = _shipped(project, stack)
    problems.raise_any()
    return found


def _shipped(project: str, stack: str) -> Mapping[str, Shipped]:
    problems, found = Problems(), {}
    loaded = written_settings(project, stack)
    for name, settings in loaded.modules.items():
        with problems.collecting():
            own = settings.image.module is None and loaded.stack.pipeline.are_built
            identity = read_content(Path("modules", name), settings).identity if own else None
            found[name] = Shipped(settings, identity, frozenset(loaded.named.get(name, ())))
    problems.raise_any()
    return found


def changed_images(before: Stacks, after: Stacks) -> Iterator[dict[str, str]]:
    """Yield the images whose content is new. If several stacks have the same image, only the first is yielded."""
    seen = {(module, it.identity) for modules in before.values() for module, it in modules.items()}
    for stack, modules in after.items():
        for module, it in modules.items():
            if it.identity is not None and (module, it.identity) not in seen:
                seen.add((module, it.identity))
                yield {"module": module, "stack": stack}


def affects_stacks(changed: Iterable[str]) -> bool:
    return any(not path.startswith(UNREAD) for path in changed)


def affects_framework(changed: Iterable[str]) -> bool:
    """Return whether anything changed but what users write: modules, `shared/`, resources, tests, stacks' settings."""
    return any(not _USERS_FILE.fullmatch(path) for path in changed)


def _module_of(path: str) -> str:
    """Return the name of the folder below `modules/` that a file is in, or an empty text."""
    parts = path.split("/")
    return parts[1] if parts[0] == "modules" and len(parts) > 2 else ""


def own_tests(changed: Collection[str] | None, images: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the modules whose own tests are affected, and the files with the tests, as `make new` names them.

    `changed` is None if everything counts as changed.
    """
    affected = {image["module"] for image in images} | {*map(_module_of, changed or ())}
    tests = {
        folder.name: Path("tests", "modules", f"test_{folder.name.replace('-', '_')}.py")
        for folder in module_folders(Path("modules"))
    }
    return [
        {"module": module, "file": str(file)}
        for module, file in tests.items()
        if file.exists() and (changed is None or module in affected or str(file) in changed)
    ]


def changed_files(base: str) -> list[str]:
    """Return the paths that differ between a commit and HEAD. A moved file has both its paths in the list."""
    return _git("diff", "--name-only", "--no-renames", "-z", base, "HEAD").split("\0")[:-1]


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """Check a commit out into a temporary folder, with those of its submodules that the checkout knows the commits of.

    The folders of other submodules are empty, so that what is built from them counts as changed.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_end:
        place = Path(folder, "checkout")
        _check_out(Path(), commit, place, until_end)
        yield place


def _check_out(repository: Path, commit: str, place: Path, until_end: ExitStack) -> None:
    _git("worktree", "add", "--quiet", "--detach", str(place), commit, folder=repository)
    until_end.callback(_git, "worktree", "remove", "--force", str(place), folder=repository.resolve())
    for entry in _git("ls-files", "--stage", "-z", folder=place).split("\0")[:-1]:
        about, _, path = entry.partition("\t")
        mode, submodule_commit, _ = about.split(" ")
        submodule = repository / path
        if mode == _SUBMODULE and (submodule / ".git").exists() and is_known(submodule_commit, submodule):
            _check_out(submodule, submodule_commit, place / path, until_end)
            _copy_until_end(submodule / ".git", place / path / ".git", until_end)


def _copy_until_end(link: Path, copy: Path, until_end: ExitStack) -> None:
    """Replace what leads a submodule to its repository by what the checkout has, because an image may contain it."""
    if link.is_file():
        until_end.callback(copy.write_bytes, copy.read_bytes())
        copy.write_bytes(link.read_bytes())


def is_known(commit: str, repository: Path = Path()) -> bool:
    command = ["git", "rev-parse", "--quiet", "--verify", f"{commit}^{{commit}}"]
    return subprocess.run(command, stdout=subprocess.DEVNULL, cwd=repository).returncode == 0


def _git(*arguments: str, folder: Path = Path()) -> str:
    environ = {**os.environ, "GIT_LFS_SKIP_SMUDGE": "1"}  # a pointer has the digest of its file
    done = subprocess.run(
        ["git", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        env=environ,
        cwd=folder,
    )
    return done.stdout


def compare(base: str) -> tuple[list[dict[str, str]], bool]:
    """Return the changed images, and whether the stacks are affected. Raises ComponentError for invalid settings."""
    after = shipped()
    if not is_known(base):
        print(
            f"This checkout has no commit '{printable(base)}' to compare with: everything counts as changed.",
            file=sys.stderr,
        )
        return list(changed_images({}, after)), True
    with checked_out(base) as folder, chdir(folder):
        try:
            before = shipped()
        except ComponentError as wrong:
            print(f"Everything counts as changed, because {printable(base)} has errors:\n{wrong}", file=sys.stderr)
            before = {}
    return list(changed_images(before, after)), before != after or affects_stacks(changed_files(base))


def changed_modules(stack: str, base: str) -> tuple[Mapping[str, Shipped], set[str]]:
    """Return what the checkout ships to a stack, and the modules whose image or settings differ from those of a commit.

    A module whose image comes from a changed module has changed, too. Everything counts as changed if the checkout
    doesn't have the commit, or if the commit has no such stack, or errors. Raises ComponentError.
    """
    after, before = _shipped(project_name(), stack), {}
    if is_known(base):
        with checked_out(base) as folder, chdir(folder), suppress(ComponentError):
            before = dict(_shipped(project_name(), stack))
    changed = {name for name, it in after.items() if before.get(name) != it}
    return after, changed | {name for name, it in after.items() if it.settings.image.module in changed}


def main() -> None:
    parser = argparse.ArgumentParser(description="Find what a change affects.")
    parser.add_argument("base", help="the commit to compare the checkout with, such as HEAD^1")
    base = parser.parse_args().base
    try:
        images, stacks = compare(base)
        changed = changed_files(base) if is_known(base) else None
        print(f"images={json.dumps(images)}")
        print(f"stacks={json.dumps(stacks)}")
        print(f"framework={json.dumps(changed is None or affects_framework(changed))}")
        print(f"tests={json.dumps(own_tests(changed, images))}")
        print(*output_lines(pipelines()), sep="\n")
    except ComponentError as wrong:
        sys.exit("error: " + "\n".join(dict.fromkeys(str(wrong).splitlines())))


if __name__ == "__main__":
    main()
