import pytest

from components.module_folder import is_hidden


@pytest.mark.parametrize(("name", "hidden"), [("_templates", True), (".cache", True), ("thumbnail", False)])
def test_names_that_begin_with_a_dot_or_an_underscore_are_hidden(name: str, hidden: bool) -> None:
    assert is_hidden(name) is hidden
