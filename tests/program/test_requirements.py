"""Packages are installed from locks: versions and hashes of all of them, and no word of where they came from."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
TRACKED = subprocess.check_output(["git", "ls-files"], cwd=PROJECT, text=True).splitlines()
WANTED = [Path(name) for name in TRACKED if name.endswith(".in")]
LOCKED = re.compile(r"(?P<name>[\w.-]+)==(?P<version>\S+)(?P<marker> ; .+)?")
HASHES = re.compile(r"( \\\n +--hash=sha256:[0-9a-f]{64})+")
INSTALLS = re.compile(r"""\bpip"?,? "?(?:install|download)\b.*(?:\\\n.*)*""")
"""A command in a script or in Python, up to the end of its line."""


def wanted(file: Path) -> dict[str, str]:
    """Versions by name; of the file alone, without what it includes."""
    lines = [line for line in (PROJECT / file).read_text().splitlines() if line and not line.startswith(("#", "-"))]
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in requirements}


def locked(file: Path) -> dict[str, set[str]]:
    """Versions by name; more than one where they differ by Python version. Refuses an entry without hashes."""
    text = re.sub(r"^\s*#.*\n", "", (PROJECT / file).with_suffix(".txt").read_text(), flags=re.MULTILINE)
    found: dict[str, set[str]] = {}
    for entry in re.split(r"\n(?=\S)", text.rstrip("\n")) if text else []:
        line, rest = re.fullmatch(r"(.*?)((?: \\\n.*)*)", entry).groups()  # type: ignore[union-attr]
        assert HASHES.fullmatch(rest), entry
        package = LOCKED.fullmatch(line)
        assert package is not None, entry
        found.setdefault(canonicalize_name(package["name"]), set()).add(package["version"])
    return found


@pytest.mark.parametrize("file", WANTED, ids=str)
def test_the_lock_has_the_required_packages_in_their_versions_with_hashes(file: Path) -> None:
    versions = locked(file)
    assert {name: {version} for name, version in wanted(file).items()}.items() <= versions.items()


@pytest.mark.parametrize("file", WANTED, ids=str)
def test_the_lock_does_not_say_where_packages_came_from(file: Path) -> None:
    text = (PROJECT / file).with_suffix(".txt").read_text()
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|--trusted-host", text) == []


def test_there_are_no_requirements_without_a_lock() -> None:
    texts = {Path(name) for name in TRACKED if re.search(r"requirements[^/]*\.txt$|requirements/", name)}
    assert {file for file in texts if file.suffix == ".txt"} == {file.with_suffix(".txt") for file in WANTED}
    assert len(WANTED) > 10


def test_the_tests_run_with_the_packages_that_the_program_is_deployed_with() -> None:
    assert locked(Path("requirements.in")).items() <= locked(Path("requirements-dev.in")).items()


def test_whatever_installs_packages_demands_hashes() -> None:
    not_commands = (".md", ".png", ".svg", ".in", ".txt")
    installing = [name for name in TRACKED if not name.endswith(not_commands)]
    installing = [name for name in installing if not name.startswith("tests/") or name.endswith("Dockerfile")]
    commands = [(name, command) for name in installing for command in INSTALLS.findall((PROJECT / name).read_text())]
    assert len(commands) > 10
    assert [command for command in commands if "--require-hashes" not in command[1]] == []


def test_dependabot_looks_after_every_lock_and_every_dockerfile() -> None:
    updates = yaml.safe_load((PROJECT / ".github" / "dependabot.yml").read_text())["updates"]
    folders = {update["package-ecosystem"]: update["directories"] for update in updates}
    literal = {
        file
        for file in map(Path, TRACKED)
        if file.name == "Dockerfile" and re.search(r"^FROM [^$\s]+@", (PROJECT / file).read_text(), re.MULTILINE)
    }
    for ecosystem, files in {"uv": set(WANTED), "docker": literal}.items():
        missing = [file for file in files if not any(Path("/", file).parent.match(glob) for glob in folders[ecosystem])]
        assert missing == [], ecosystem
    assert len(literal) > 5
