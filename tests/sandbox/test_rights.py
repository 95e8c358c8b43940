"""A function's own access to AWS: it reaches it, as its role, with that role's rights and no more."""

import pytest

from tests.sandbox.checkout import Checkout
from tests.sandbox.conftest import TINY

pytestmark = pytest.mark.sandbox


def test_a_function_calls_aws_as_its_role_and_is_refused_what_it_has_no_right_to(tiny: Checkout) -> None:
    tiny.add("caller", TINY / "caller")
    tiny.up().ok()
    role = tiny.outputs()["caller"]["roleArn"].rpartition("/")[2]
    answer = tiny.invoke("caller")
    assert f"assumed-role/{role}/" in answer["arn"]
    assert answer["refusal"] == "AccessDenied"
