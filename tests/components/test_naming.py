import pytest

from components.errors import ComponentError
from components.naming import check_module_name, is_prefix, log_group_name, physical_name


def test_a_physical_name_is_made_of_prefix_and_module() -> None:
    assert physical_name("lambda-images-dev", "ai-model") == "lambda-images-dev-ai-model"


@pytest.mark.parametrize("module", ["", "AI", "ai_model", "-ai", "ai-", "ai--model", "1st", "ä", "a b", "a/b", "ai\n"])
def test_a_name_that_one_of_the_services_refuses_is_refused_with_the_rule(module: str) -> None:
    with pytest.raises(ComponentError, match="lower-case letters, digits and single hyphens") as refused:
        check_module_name(module)
    assert repr(module) in str(refused.value)


@pytest.mark.parametrize(("prefix", "can_be"), [("p-feature_x", True), ("p-1.2", False), ("P", False), ("p-", False)])
def test_a_prefix_has_the_characters_that_all_services_take(prefix: str, can_be: bool) -> None:
    assert is_prefix(prefix) is can_be


def test_the_log_group_is_where_lambda_would_put_it() -> None:
    assert log_group_name("dev-thumbnail") == "/aws/lambda/dev-thumbnail"
