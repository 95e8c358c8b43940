import pytest

from sandbox.offline.plugins.aws.lambda_.api import same_function, split_qualified, target

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:thumbnail"


@pytest.mark.parametrize("function", ["thumbnail", ARN, "123456789012:function:thumbnail"])
def test_a_function_is_split_from_its_qualifier(function: str) -> None:
    assert split_qualified(f"{function}:live") == (function, "live")
    assert split_qualified(function) == (function, "")


def test_a_name_and_an_arn_are_the_same_function_if_their_qualifiers_are_equal() -> None:
    assert same_function(ARN, "thumbnail")
    assert same_function(f"{ARN}:live", "thumbnail:live")
    assert not same_function(f"{ARN}:live", "thumbnail")
    assert not same_function(ARN, "thumbnails")


def test_no_qualifier_is_sent_for_an_unqualified_function() -> None:
    assert target("thumbnail", "") == {"FunctionName": "thumbnail"}
    assert target("thumbnail", "live") == {"FunctionName": "thumbnail", "Qualifier": "live"}
