import pytest

from components.errors import ComponentError
from components.naming import LONGEST_NAME, log_group_name, physical_name


def test_a_physical_name_is_made_of_project_stack_and_module() -> None:
    assert physical_name("lambda-images", "dev", "ai-model") == "lambda-images-dev-ai-model"


@pytest.mark.parametrize("module", ["", "AI", "ai_model", "-ai", "ai-", "ai--model", "1st", "ä", "a b", "a/b", "ai\n"])
def test_a_name_that_one_of_the_services_refuses_is_refused_with_the_rule(module: str) -> None:
    with pytest.raises(ComponentError, match="lower-case letters, digits and single hyphens") as refused:
        physical_name("lambda-images", "dev", module)
    assert repr(module)[1:-1] in repr(str(refused.value))


def test_a_name_may_be_as_long_as_lambda_allows_and_no_longer() -> None:
    fits = "m" * (LONGEST_NAME - len("p-s-"))
    assert len(physical_name("p", "s", fits)) == LONGEST_NAME
    with pytest.raises(ComponentError, match="has 65 characters"):
        physical_name("p", "s", fits + "m")


def test_the_log_group_is_where_lambda_would_put_it() -> None:
    assert log_group_name("dev-thumbnail") == "/aws/lambda/dev-thumbnail"
