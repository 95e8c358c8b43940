"""A checkout in which `make new` has made a module from the template."""

import shutil
from pathlib import Path

from tests.end_to_end.checkout import PROJECT, Checkout

TEMPLATE = PROJECT / "modules" / "_template"
_TESTING = ("pyproject.toml", "tests/answers.py", "tests/conftest.py", "tests/modules")


def with_new_module(root: Path, name: str) -> Checkout:
    """Return a checkout that has the template, what the tests of modules need, and the new module."""
    checkout = Checkout.at(root)
    checkout.add(TEMPLATE.name, TEMPLATE)
    (checkout.root / "tests").mkdir()
    for part in _TESTING:
        copy = shutil.copytree if (PROJECT / part).is_dir() else shutil.copy2
        copy(PROJECT / part, checkout.root / part)
    checkout.sandbox("new", name).ok()
    return checkout
