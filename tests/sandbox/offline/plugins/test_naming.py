import re

from sandbox.offline.plugins.naming import from_prefix, prefix_of


def test_the_prefix_of_a_generated_name_is_found() -> None:
    name = from_prefix("app-")
    assert re.fullmatch(r"app-\d{26}", name)
    assert prefix_of(name) == "app-"


def test_a_name_without_a_generated_suffix_has_no_prefix() -> None:
    assert prefix_of("app-1234567") == ""
