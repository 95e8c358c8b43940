import re

from sandbox.offline.plugins.naming import from_prefix, prefix_of


def test_a_name_from_a_prefix_tells_its_prefix() -> None:
    name = from_prefix("app-")
    assert re.fullmatch(r"app-\d{26}", name)
    assert prefix_of(name) == "app-"


def test_a_name_of_another_kind_has_no_prefix() -> None:
    assert prefix_of("app-1234567") == ""
