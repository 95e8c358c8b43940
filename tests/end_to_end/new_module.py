"""A checkout in which `make new` has made modules from the templates."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.end_to_end.checkout import PROJECT, Checkout

TEMPLATES = PROJECT / "modules" / "_templates"
RUNTIMES = sorted(folder.name for folder in TEMPLATES.iterdir())
_TESTING = ("pyproject.toml", "tests/answers.py", "tests/conftest.py", "tests/modules")


def with_new_modules(root: Path, runtimes: Mapping[str, str]) -> Checkout:
    """Return a checkout that has the templates, what the tests of modules need, and new modules: runtimes by name."""
    checkout = Checkout.at(root)
    checkout.add(TEMPLATES.name, TEMPLATES)
    (checkout.root / "tests").mkdir()
    for part in _TESTING:
        copy = shutil.copytree if (PROJECT / part).is_dir() else shutil.copy2
        copy(PROJECT / part, checkout.root / part)
    for name, runtime in runtimes.items():
        checkout.sandbox("new", name, "--runtime", runtime).ok()
    return checkout
