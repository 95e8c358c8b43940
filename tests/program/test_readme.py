"""What the README says of commands is what there is."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()


def test_every_make_target_of_a_users_is_described() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    described = set(re.findall(r"^\| `make ([a-z]+)", README, re.MULTILINE))
    assert targets - described == {"docs", "help", "lint", "format", "lock"}
    assert described <= targets
